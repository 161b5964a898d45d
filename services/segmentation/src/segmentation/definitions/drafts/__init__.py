"""Who is in a segment under its version in preparation."""
