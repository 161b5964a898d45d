"""What a library says again and again while something is away is logged once in a while."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

EVERY_S = 10.0
MOST_TEMPLATES = 256


@dataclass(slots=True)
class _Told:
    at: float
    since: int = 0


class Repeats(logging.Filter):
    """Lets a message of `libraries` pass once in ten seconds, whatever its arguments, with how many it stands for.

    While Kafka is away its client says so some sixty times a second, which buries what matters.
    """

    def __init__(self, *libraries: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._libraries = libraries
        self._monotonic = monotonic
        self._told: dict[tuple[str, str], _Told] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether `record` is logged."""
        if record.name.split(".", 1)[0] not in self._libraries:
            return True
        now, template = self._monotonic(), (record.name, str(record.msg))
        told = self._told.get(template)
        if told and now - told.at < EVERY_S:
            told.since += 1
            return False
        if told and told.since:
            record.msg, record.args = f"{record.getMessage()} (and {told.since} times more before)", None
        if len(self._told) >= MOST_TEMPLATES:
            self._told.clear()
        self._told[template] = _Told(now)
        return True
