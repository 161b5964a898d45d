"""The commands that register a batch of customers."""
