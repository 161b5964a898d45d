"""Commands on responses."""
