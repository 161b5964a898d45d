"""Check a birth date against the calendar of the customer's zone."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from lealtad.http import InvalidField, invalid

FIRST_ZONE = timezone(timedelta(hours=14))
"""The zone in which a day begins first."""


def require_past_birth_date(birth_date: date | None, time_zone: str | None, now: datetime) -> None:
    """Raise 422 where `birth_date` is a day that has not begun; for an unknown zone, begun anywhere."""
    today = now.astimezone(ZoneInfo(time_zone) if time_zone else FIRST_ZONE).date()
    if birth_date is not None and birth_date > today:
        raise invalid(
            "Send the birth date, or leave an unknown one out.",
            [InvalidField(pointer="/birth_date", message="lies in the future")],
        )
