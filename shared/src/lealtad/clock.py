"""The two clocks.

*Business time* decides about windows, service levels, scores and due actions; it is injected, so that a demo or a
test can step it. *System time* decides about tokens, leases, retries, retention, logs and `recorded_at`; it is always
the machine's.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

STAMP = "%Y-%m-%dT%H:%M:%S.%f"
STAMP_BYTES = 26


class Clock(Protocol):
    """A clock of business time."""

    steps: bool
    """Whether the time may be set forward at any moment."""

    def now(self) -> datetime:
        """Return the business time, in UTC."""
        ...


def system_now() -> datetime:
    """Return the machine's time, in UTC."""
    return datetime.now(UTC)


class SystemClock:
    """Business time that is the machine's time, for production."""

    steps = False

    def now(self) -> datetime:
        """Return the machine's time, in UTC."""
        return system_now()


class FixedClock:
    """Business time that changes only when it is set, for tests of one process."""

    steps = True

    def __init__(self, start: str | datetime) -> None:
        moment = datetime.fromisoformat(start) if isinstance(start, str) else start
        self._now = moment.astimezone(UTC)

    def now(self) -> datetime:
        """Return the time that was set."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Set the time to `moment`."""
        self._now = moment.astimezone(UTC)

    def advance(self, **delta: float) -> datetime:
        """Advance by `timedelta(**delta)` and return the new time."""
        self._now += timedelta(**delta)
        return self._now


class StackClock:
    """Business time in a small file that all processes of a stack read, for the demo and tests of many processes.

    The file holds one UTC time stamp of fixed length, so that a write replaces it as a whole. The file stays open while
    the process runs; occasional readers call `read`.
    """

    steps = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_RDONLY)

    @classmethod
    def read(cls, path: Path) -> datetime:
        """Return the time of the clock in `path`."""
        clock = cls(path)
        try:
            return clock.now()
        finally:
            os.close(clock._file)

    @staticmethod
    def write(path: Path, moment: datetime) -> None:
        """Set the clock in `path` to `moment`, creating the file if necessary."""
        file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
        try:
            os.pwrite(file, moment.astimezone(UTC).strftime(STAMP).encode(), 0)
        finally:
            os.close(file)

    def now(self) -> datetime:
        """Return the time in the file."""
        stamp = os.pread(self._file, STAMP_BYTES, 0).decode()
        return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)


def business_clock(clock_file: Path | None) -> Clock:
    """Return the stack clock if a file is named, else the machine's."""
    return StackClock(clock_file) if clock_file else SystemClock()
