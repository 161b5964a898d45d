"""The stack clock: business time of all processes of a demo or test stack."""

from __future__ import annotations

from datetime import datetime, timedelta

from lealtad.clock import StackClock
from lealtad_local.home import Home
from lealtad_local.stack import StackError


def read(home: Home) -> datetime:
    """Return the stack's business time; raise `StackError` where it runs on the machine's."""
    if not home.clock.exists():
        raise StackError(
            "This stack runs on the machine's time. Start one with a clock of its own: lealtad up --clock TIME"
        )
    return StackClock.read(home.clock)


def set_to(home: Home, moment: datetime) -> None:
    """Move the clock to `moment`; it never goes back, since decisions were made at the later time."""
    if moment < (now := read(home)):
        raise StackError(f"The clock stands at {now.isoformat()} and does not go back.")
    StackClock.write(home.clock, moment)


def advance(home: Home, delta: timedelta) -> datetime:
    """Move the clock on by `delta` and return the new time."""
    set_to(home, read(home) + delta)
    return read(home)
