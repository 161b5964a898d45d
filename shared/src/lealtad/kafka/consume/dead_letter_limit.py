"""The limit of dead letters: a bad release must not turn whole topics into dead letters."""

from collections import deque
from collections.abc import Iterable

WINDOW = 400
MINIMUM = 200
MOST = 0.5


class TooManyDeadLettersError(RuntimeError):
    """Most of the last records failed; the message says how many."""


class DeadLetterLimit:
    """The outcomes of the last 400 records of a worker."""

    def __init__(self) -> None:
        self._failed = deque[bool](maxlen=WINDOW)

    def note(self, failed: Iterable[bool]) -> None:
        """Add the outcomes of records."""
        self._failed.extend(failed)

    def check(self) -> None:
        """Raise TooManyDeadLettersError where, of 200 records or more, over half failed."""
        dead = sum(self._failed)
        if len(self._failed) >= MINIMUM and dead > MOST * len(self._failed):
            raise TooManyDeadLettersError(f"{dead} of the last {len(self._failed)} records failed")
