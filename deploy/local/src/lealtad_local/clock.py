"""The stack clock: the business time of all processes of a demo or test stack."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lealtad.clock import StackClock, system_now
from lealtad_local.errors import StackError
from lealtad_local.home import Home

FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2900, 1, 1, tzinfo=UTC)
"""The range of business times of a stack: windows and terms reach beyond its ends."""


def read(home: Home) -> datetime:
    """Return the stack's business time; raise `StackError` for a stack on the machine's time."""
    if not home.clock.exists():
        raise StackError(
            "This stack runs on the machine's time. Start one with a clock of its own: lealtad up --clock TIME"
        )
    return StackClock.read(home.clock)


def set_to(home: Home, moment: datetime) -> None:
    """Move the clock to `moment`, never back: services already decided at the later time."""
    read(home)
    require_reached(home, moment)
    StackClock.write(home.clock, moment)


def span(days: float, hours: float) -> timedelta:
    """Return the time span; raise `StackError` for one beyond the range of times."""
    try:
        return timedelta(days=days, hours=hours)
    except (OverflowError, ValueError):
        raise _impossible() from None


def advance(home: Home, delta: timedelta) -> datetime:
    """Advance the clock by `delta` and return the new time."""
    try:
        moment = read(home) + delta
    except OverflowError:
        raise _impossible() from None
    set_to(home, moment)
    return read(home)


def require_reached(home: Home, moment: datetime | None, *, fresh: bool = False) -> None:
    """Raise `StackError` where `moment` (None: the machine's time) lies before the business time of the data.

    The rule holds for a start on existing data (`fresh` empties them) and for a change of the clock.
    """
    if moment and not FIRST <= moment < LAST:
        raise _impossible()
    reached = None if fresh else _reached(home)
    if reached and (moment or system_now()) < reached:
        wanted = moment.isoformat() if moment else "the machine's time"
        raise StackError(
            f"Business time of this stack's data stands at {reached.isoformat()} and does not go back to {wanted}, "
            "since decisions were made at the later time. "
            "Name a later time, or begin with empty data: lealtad up --fresh"
        )


def _reached(home: Home) -> datetime | None:
    """Return the latest known business time of the data, or None without data."""
    if home.clock.exists():
        return StackClock.read(home.clock)
    if home.state.exists() and home.postgres.exists():
        # The stack ran on the machine's time. It wrote its state when it stopped, at the latest.
        return datetime.fromtimestamp(home.state.stat().st_mtime, UTC)
    return None


def _impossible() -> StackError:
    return StackError(f"A stack runs on business times from {FIRST.date()} to {LAST.date()}. Name one between.")
