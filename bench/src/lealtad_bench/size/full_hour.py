"""Keeps the full hour out of what is measured."""

from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
TAKEN_IN_S = 60.0
"""So long after the full hour its work has begun for certain, and settling waits for the rest."""


def wait_s(now: datetime, needed_s: float) -> float:
    """Return how many seconds to wait before work of `needed_s` seconds, so that no full hour falls into it.

    At full hours segmentation computes the boundaries of value tiers, if they are due, and evaluates all customers
    anew: what a purchase costs cannot be told from that. With few customers it is soon over.
    """
    left_s = (now.replace(minute=0, second=0, microsecond=0) + HOUR - now).total_seconds()
    return left_s + TAKEN_IN_S if left_s <= needed_s else 0.0
