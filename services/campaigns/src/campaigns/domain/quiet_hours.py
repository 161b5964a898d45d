"""Contact hours: the intersection of the policy's hours and the customer's own hours.

The customer's wall clock decides: a moment is allowed if that clock shows a time inside both windows. So an hour that a
change of the clocks skips does not exist, and an hour that comes twice is allowed twice.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from campaigns.domain.customer import Customer
from campaigns.domain.policy import ContactPolicy

DAY = timedelta(days=1)
EVERY_DAY = frozenset(range(7))
HORIZON = timedelta(days=15)
"""Two weeks cover every set of weekdays, also if a change of the clocks skips a window."""


class InitiatedBy(StrEnum):
    """The party that initiates a contact."""

    COMPANY = "company"
    """A channel wants to contact the customer. Contact hours apply."""
    CUSTOMER = "customer"
    """The customer called or came in. Contact hours do not apply to a contact at once."""


@dataclass(frozen=True, slots=True)
class DailyWindow:
    """Local hours from `start` up to `end`, which open on `weekdays` (Monday is 0).

    They last until the next day when `end` is not after `start`; equal hours are a whole day.
    """

    start: time
    end: time
    weekdays: frozenset[int] = EVERY_DAY

    def contains(self, local: datetime) -> bool:
        """Return whether the window is open when the clock shows `local`."""
        clock, weekday = local.time(), local.weekday()
        if self.start < self.end:
            return self.start <= clock < self.end and weekday in self.weekdays
        if clock >= self.start:
            return weekday in self.weekdays
        return clock < self.end and (weekday - 1) % 7 in self.weekdays


@dataclass(frozen=True, slots=True)
class ContactHours:
    """The hours at which all `windows` are open in `zone`."""

    zone: ZoneInfo
    windows: tuple[DailyWindow, ...]

    def next_moment(self, now: datetime) -> datetime | None:
        """Return the earliest allowed moment (UTC) from `now` on, or None if the windows do not intersect."""
        moment = now.astimezone(UTC)
        last = moment + HORIZON
        while moment < last:
            local = moment.astimezone(self.zone)
            closed = next((window for window in self.windows if not window.contains(local)), None)
            if closed is None:
                return moment
            moment = self._when_clock_shows(closed.start, moment)
        return None

    def _when_clock_shows(self, start: time, after: datetime) -> datetime:
        """Return the next moment at which the clock shows `start`, or an earlier change of the clocks."""
        local = after.astimezone(self.zone)
        wait = (datetime.combine(local, start) - local.replace(tzinfo=None)) % DAY or DAY
        moment = after + wait
        return moment if self._offset(moment) == local.utcoffset() else self._change_of_clocks(after, moment)

    def _change_of_clocks(self, after: datetime, until: datetime) -> datetime:
        """Return the first whole second after `after` with another offset. It exists up to `until`."""
        begin, before = after.replace(microsecond=0), self._offset(after)
        seconds = range(int((until - after).total_seconds()) + 1)
        changed = bisect_left(
            seconds, True, key=lambda second: self._offset(begin + timedelta(seconds=second)) != before
        )
        return begin + timedelta(seconds=changed)

    def _offset(self, moment: datetime) -> timedelta | None:
        return moment.astimezone(self.zone).utcoffset()


def earliest_contact(
    customer: Customer, policy: ContactPolicy, moment: datetime, initiated_by: InitiatedBy
) -> datetime | None:
    """Return the earliest moment from `moment` on inside contact hours, or None if they never open."""
    if initiated_by is InitiatedBy.CUSTOMER:
        return moment
    return hours_of(customer, policy).next_moment(moment)


def hours_of(customer: Customer, policy: ContactPolicy) -> ContactHours:
    """Return the policy's hours and the hours that the customer asked for, in the customer's zone."""
    hours = policy.contact_hours
    window = DailyWindow(time.fromisoformat(hours.start), time.fromisoformat(hours.end), hours.weekdays)
    wanted = _wanted_hours(customer)
    return ContactHours(_zone(customer, policy), (window, wanted) if wanted else (window,))


def _wanted_hours(customer: Customer) -> DailyWindow | None:
    if customer.contact_hours is None:
        return None
    start, end = customer.contact_hours
    try:
        return DailyWindow(time.fromisoformat(start), time.fromisoformat(end))
    except ValueError:
        return None


def _zone(customer: Customer, policy: ContactPolicy) -> ZoneInfo:
    try:
        return ZoneInfo(customer.time_zone) if customer.time_zone else policy.zone
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return policy.zone
