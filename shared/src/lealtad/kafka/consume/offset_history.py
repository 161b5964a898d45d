"""Recent ends of partitions: a busy one is never read to its present end, but soon to its last one."""

import time
from collections import deque
from collections.abc import Callable, Mapping

from lealtad.kafka.offsets import ReachedEnd, TopicPartition

LOOKS_KEPT = 60


class OffsetHistory:
    """The last 60 readings of the ends of partitions."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._looks: deque[tuple[float, Mapping[TopicPartition, int]]] = deque(maxlen=LOOKS_KEPT)

    def note(self, ends: Mapping[TopicPartition, int], looked_at: float) -> None:
        """Remember that partitions ended there at `looked_at` (monotonic seconds)."""
        self._looks.appendleft((looked_at, ends))

    def reached(self, positions: Mapping[TopicPartition, int]) -> dict[TopicPartition, ReachedEnd]:
        """Return, for positions that were an end lately, the newest such end and its age."""
        now = self._monotonic()
        found: dict[TopicPartition, ReachedEnd] = {}
        for looked_at, ends in self._looks:
            for place, position in positions.items():
                if place not in found and place in ends and position >= ends[place]:
                    found[place] = ReachedEnd(ends[place], now - looked_at)
        return found
