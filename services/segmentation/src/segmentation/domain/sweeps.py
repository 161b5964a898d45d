"""Sweeps over the whole base: they select the customers whom a change of the rulebook concerns."""

from enum import StrEnum


class SweepReason(StrEnum):
    """Reason of a sweep; it decides which customers are evaluated anew."""

    BOUNDARIES = "boundaries"
    """New boundaries: the customers to whom they give other scores or another tier."""
    WINDOW = "window"
    """Another value window: all customers."""
    SWITCH = "switch"
    """A version came into force: the customers whose draft under it differs from the announced membership."""
    ARCHIVE = "archive"
    """A segment was archived: its members."""
