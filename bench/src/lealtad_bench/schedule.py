"""When purchases are sent: at fixed moments, whether the answers to earlier ones have come or not (open loop)."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

LEAD_S = 0.05
"""Between the start of a schedule and its first moment."""

Send = Callable[[float, bool], Awaitable[float | None]]
"""Sends one purchase that was due at a moment (seconds, monotonic), watched to its end or not; returns the seconds from
the due moment to that end, or None where it was not watched, or the end not seen in time."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Evenly spaced purchases, of which every n-th is watched."""

    rate: float
    """Purchases per second."""
    seconds: float
    every: int = 1

    @property
    def count(self) -> int:
        """How many purchases there are."""
        return round(self.rate * self.seconds)

    @property
    def watched(self) -> int:
        """How many of them are watched."""
        return len(range(0, self.count, self.every))

    def moments(self) -> Iterator[tuple[float, bool]]:
        """Yield seconds since the start, and whether the purchase of that moment is watched."""
        for number in range(self.count):
            yield number / self.rate, number % self.every == 0


async def follow(schedule: Schedule, send: Send) -> list[float]:
    """Send everything in time and return the latencies in seconds of the watched purchases whose end was seen.

    A latency counts from the moment that was planned: a stall delays all purchases that were due meanwhile, and each of
    them shows it (Tene, "How NOT to Measure Latency", 2015: coordinated omission).
    """
    loop = asyncio.get_running_loop()
    start = loop.time() + LEAD_S
    sent: list[asyncio.Task[float | None]] = []
    async with asyncio.TaskGroup() as group:
        for offset, watched in schedule.moments():
            due = start + offset
            await asyncio.sleep(due - loop.time())
            sent.append(group.create_task(_send(send, due, watched)))
    return [latency for task in sent if (latency := task.result()) is not None]


async def _send(send: Send, due: float, watched: bool) -> float | None:
    return await send(due, watched)
