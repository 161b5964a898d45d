"""When too many records fail: a bad deploy must not empty the topics into the dead letters."""

from collections import deque
from collections.abc import Iterable

WINDOW = 400
MINIMUM = 200
MOST = 0.5


class TooManyDeadLettersError(RuntimeError):
    """Most of the last records failed; the message says how many."""


class DeadLetterLimit:
    """Remembers how the last 400 records of a worker ended."""

    def __init__(self) -> None:
        self._failed = deque[bool](maxlen=WINDOW)

    def note(self, failed: Iterable[bool]) -> None:
        """Say how records ended."""
        self._failed.extend(failed)

    def check(self) -> None:
        """Raise TooManyDeadLettersError where, of 200 records or more, over half failed."""
        dead = sum(self._failed)
        if len(self._failed) >= MINIMUM and dead > MOST * len(self._failed):
            raise TooManyDeadLettersError(f"{dead} of the last {len(self._failed)} records failed")
