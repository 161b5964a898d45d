"""The commands that change customers."""
