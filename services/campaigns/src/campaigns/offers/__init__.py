"""The offer catalogue."""
