"""Queries of segments, and of the rulebook in force."""
