"""Business time: the opening hours of the service desk, amounts of open time, and when they begin and end."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HORIZON_DAYS = 3_660
LOST_A_YEAR = 4
"""Days on which a change of the clocks, or of the zone, may take the opening hours away."""


@dataclass(frozen=True)
class BusinessCalendar:
    """Opening hours of the desk in its own time zone, the same on each of its weekdays (Monday is 0)."""

    zone: ZoneInfo
    opens: time
    closes: time
    weekdays: frozenset[int]
    holidays: frozenset[date] = frozenset()

    def is_open_on(self, day: date) -> bool:
        """Return whether the desk works on this local day."""
        return day.weekday() in self.weekdays and day not in self.holidays

    def open_time_within(self, years: int) -> timedelta:
        """Return the least open time of `years`, whenever they begin."""
        days = years * (52 * len(self.weekdays) - LOST_A_YEAR) - len(self.holidays)
        any_day = date.min
        return max(days, 0) * (datetime.combine(any_day, self.closes) - datetime.combine(any_day, self.opens))

    def hours_of(self, day: date) -> tuple[datetime, datetime]:
        """Return opening and closing of a local day in UTC, right also on days when the clocks change."""
        opening = datetime.combine(day, self.opens, self.zone)
        closing = datetime.combine(day, self.closes, self.zone)
        return opening.astimezone(UTC), closing.astimezone(UTC)

    def open_part_of(self, day: date, start: datetime, end: datetime) -> tuple[datetime, timedelta]:
        """Return when the open time of a local day between `start` and `end` begins, and how long it is."""
        opening, closing = self.hours_of(day)
        begin = max(opening, start)
        length = min(closing, end) - begin if self.is_open_on(day) else timedelta(0)
        return begin, max(length, timedelta(0))


def add_business_time(start: datetime, duration: timedelta, calendar: BusinessCalendar) -> datetime:
    """Return the instant (UTC) at which `duration` of open time has passed since `start`.

    Time outside the opening hours does not count. Raise ValueError when the calendar is closed for ten years.
    """
    start = start.astimezone(UTC)
    first_day = start.astimezone(calendar.zone).date()
    remaining = duration
    for offset in range(HORIZON_DAYS):
        day = first_day + timedelta(days=offset)
        if not calendar.is_open_on(day):
            continue
        opening, closing = calendar.hours_of(day)
        begin = max(opening, start)
        open_time = max(closing - begin, timedelta(0))
        if open_time >= remaining:
            return begin + remaining
        remaining -= open_time
    raise ValueError("the service calendar has no open hours in the next ten years")


def open_time_between(start: datetime, end: datetime, calendar: BusinessCalendar) -> timedelta:
    """Return the open time from `start` to `end`; zero when `end` is not after `start`."""
    days = _local_days(start, end, calendar)
    return sum((calendar.open_part_of(day, start, end)[1] for day in days), timedelta(0))


def start_of_open_time(
    end: datetime, duration: timedelta, calendar: BusinessCalendar, *, earliest: datetime
) -> datetime:
    """Return the latest instant (UTC) from which `duration` of open time passes until `end`, or `earliest`."""
    remaining = duration
    for day in reversed(_local_days(earliest, end, calendar)):
        begin, open_time = calendar.open_part_of(day, earliest, end)
        if open_time and open_time >= remaining:
            return begin + open_time - remaining
        remaining -= open_time
    return earliest.astimezone(UTC)


def _local_days(start: datetime, end: datetime, calendar: BusinessCalendar) -> list[date]:
    """Return the local days from `start` to `end`."""
    first, last = start.astimezone(calendar.zone).date(), end.astimezone(calendar.zone).date()
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
