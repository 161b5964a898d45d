"""Walks over the whole base that find the customers whom a change of the rulebook concerns."""

from enum import StrEnum


class SweepReason(StrEnum):
    """Why the base is walked, and so whom the walk has evaluated anew."""

    BOUNDARIES = "boundaries"
    """New boundaries: whose scores or tier are others by them."""
    WINDOW = "window"
    """Another value window: everybody."""
    SWITCH = "switch"
    """A version came into force: whose draft under it is another than what was announced."""
    ARCHIVE = "archive"
    """A segment was archived: its members."""
