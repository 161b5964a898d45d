"""The wait for full hours, which keeps their work out of measurements."""

from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
TAKEN_IN_S = 60.0
"""Seconds after the full hour by which its work has begun; settling waits for its end."""


def wait_s(now: datetime, needed_s: float) -> float:
    """Return the seconds to wait before work of `needed_s` seconds, so that no full hour falls into it.

    At full hours segmentation computes the boundaries of value tiers if due, and evaluates all customers again, which
    hides the cost of a purchase. With few customers this work is short.
    """
    left_s = (now.replace(minute=0, second=0, microsecond=0) + HOUR - now).total_seconds()
    return left_s + TAKEN_IN_S if left_s <= needed_s else 0.0
