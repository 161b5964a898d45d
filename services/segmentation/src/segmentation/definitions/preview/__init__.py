"""A rule tried on the base; nothing is stored."""
