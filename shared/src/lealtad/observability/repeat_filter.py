"""A log filter for messages that a library repeats while something is away."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

EVERY_S = 10.0
MOST_TEMPLATES = 256


@dataclass(slots=True)
class _LastLogged:
    at: float
    since: int = 0


class RepeatFilter(logging.Filter):
    """A filter that logs a message of `libraries` once in ten seconds, with the number of suppressed repeats.

    The arguments of a message do not count. While Kafka is away, its client logs that some sixty times a second.
    """

    def __init__(self, *libraries: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._libraries = libraries
        self._monotonic = monotonic
        self._last_logged: dict[tuple[str, str], _LastLogged] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether `record` is logged."""
        if record.name.split(".", 1)[0] not in self._libraries:
            return True
        now, template = self._monotonic(), (record.name, str(record.msg))
        last = self._last_logged.get(template)
        if last and now - last.at < EVERY_S:
            last.since += 1
            return False
        if last and last.since:
            record.msg, record.args = f"{record.getMessage()} (and {last.since} times more before)", None
        if len(self._last_logged) >= MOST_TEMPLATES:
            self._last_logged.clear()
        self._last_logged[template] = _LastLogged(now)
        return True
