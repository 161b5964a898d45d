"""When a customer may be contacted: allowed local hours, right over midnight and over changes of the clocks."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from campaigns.domain.customer import Customer
from campaigns.domain.policy import ContactPolicy

DAYS_AHEAD = 15
"""Two weeks cover every set of weekdays, also when a window is lost to a change of the clocks."""


@dataclass(frozen=True, slots=True)
class ContactWindow:
    """Daily local hours from `start` to `end` (the next day when `end` is not after `start`) on `weekdays`."""

    zone: ZoneInfo
    start: time
    end: time
    weekdays: frozenset[int]

    def next_moment(self, now: datetime) -> datetime:
        """Return the earliest moment (UTC) from `now` on inside the window.

        Raises ValueError when there is none within two weeks.
        """
        today = now.astimezone(self.zone).date()
        for offset in range(-1, DAYS_AHEAD):
            day = today + timedelta(days=offset)
            if day.weekday() not in self.weekdays:
                continue
            opening, closing = self._on(day)
            if max(opening, now) < closing:
                return max(opening, now).astimezone(UTC)
        raise ValueError("no allowed contact hours within two weeks")

    def _on(self, day: date) -> tuple[datetime, datetime]:
        last = day if self.end > self.start else day + timedelta(days=1)
        return max(_instants(day, self.start, self.zone)), min(_instants(last, self.end, self.zone))


def window_of(customer: Customer, policy: ContactPolicy) -> ContactWindow:
    """Return the policy's hours narrowed to those the customer asked for, in his zone.

    Where the two do not meet, the customer's own hours hold: he asked for them.
    """
    hours = policy.contact_hours
    start, end = time.fromisoformat(hours.start), time.fromisoformat(hours.end)
    if wanted := _wanted_hours(customer):
        later, earlier = max(start, wanted[0]), min(end, wanted[1])
        start, end = (later, earlier) if later < earlier else wanted
    return ContactWindow(_zone(customer, policy), start, end, hours.weekdays)


def _wanted_hours(customer: Customer) -> tuple[time, time] | None:
    if customer.contact_hours is None:
        return None
    start, end = customer.contact_hours
    try:
        return time.fromisoformat(start), time.fromisoformat(end)
    except ValueError:
        return None


def _zone(customer: Customer, policy: ContactPolicy) -> ZoneInfo:
    try:
        return ZoneInfo(customer.time_zone) if customer.time_zone else policy.zone
    except (ZoneInfoNotFoundError, ValueError):
        return policy.zone


def _instants(day: date, local: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return both readings of a local time: they differ when it occurs twice or, in a gap, not at all (PEP 495)."""
    moment = datetime.combine(day, local, zone)
    return moment.astimezone(UTC), moment.replace(fold=1).astimezone(UTC)
