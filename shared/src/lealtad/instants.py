"""The range of instants that Lealtad keeps.

An instant outside the range is a placeholder of a source system (0001-01-01, 9999-12-31), or a mistake. PostgreSQL and
Python disagree about both ends of the calendar: the driver stores them as -infinity and infinity, and gives them back
without a zone. So a request with such an instant is refused, and an event with one is read as the end of the range.
"""

from datetime import UTC, datetime, timedelta

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
END = datetime(2200, 1, 1, tzinfo=UTC)
"""The first instant after the range."""
RANGE = "1900-01-01 to 2199-12-31"
"""The range in messages, in UTC."""
CLOCK_TOLERANCE_S = 300
"""How far the clocks of callers may run ahead or behind, unless a policy says otherwise."""


def is_kept(instant: datetime) -> bool:
    """Return whether an instant with a zone is in the range."""
    return EARLIEST <= instant < END


def nearest_kept(instant: datetime) -> datetime:
    """Return an instant with a zone in UTC, moved to the nearer end of the range if it is outside.

    An end in the year 9999 means no end. An end in 2200 means the same to every reader.
    """
    return min(max(instant, EARLIEST), END).astimezone(UTC)


def within_tolerance(
    instant: datetime, tolerance: timedelta, *, earliest: datetime, latest: datetime
) -> datetime | None:
    """Return an instant that a caller's clock gave, moved to the nearer end of the possible range if it is outside.

    Return None where it is outside by more than `tolerance`: then it is no matter of clocks.
    """
    if not earliest - tolerance <= instant <= latest + tolerance:
        return None
    return min(max(instant, earliest), latest)
