"""When purchases are sent: at fixed moments, whether the answers to earlier ones have come or not (open loop)."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from lealtad_bench.subject import NotAcceptedError

LEAD_S = 0.05
"""Between the start of a schedule and its first moment."""

Send = Callable[[float, bool], Awaitable[float | None]]
"""Sends one purchase that was due at a moment (seconds, monotonic), watched to its end or not; returns the seconds from
then to that end, or None where it was not watched, or the end not seen in time. May raise NotAcceptedError."""


@dataclass(slots=True)
class Followed:
    """What came of a schedule."""

    seconds: list[float] = field(default_factory=list)
    """Latencies of the watched purchases whose end was seen."""
    not_accepted: int = 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """Evenly spaced purchases, of which every n-th is watched."""

    rate: float
    """Purchases per second."""
    seconds: float
    every: int = 1
    """0: none is watched."""

    @property
    def count(self) -> int:
        """How many purchases there are."""
        return round(self.rate * self.seconds)

    @property
    def watched(self) -> int:
        """How many of them are watched."""
        return sum(watched for _, watched in self.moments())

    def moments(self) -> Iterator[tuple[float, bool]]:
        """Yield seconds since the start, and whether the purchase of that moment is watched."""
        for number in range(self.count):
            yield number / self.rate, self.every > 0 and number % self.every == 0


async def follow(schedule: Schedule, send: Send) -> Followed:
    """Send everything in time and return what came of it.

    A latency counts from the moment that was planned: a stall delays all purchases that were due meanwhile, and each of
    them shows it (Tene, "How NOT to Measure Latency", 2015: coordinated omission).
    """
    loop = asyncio.get_running_loop()
    start = loop.time() + LEAD_S
    followed = Followed()
    async with asyncio.TaskGroup() as group:
        for offset, watched in schedule.moments():
            due = start + offset
            await asyncio.sleep(due - loop.time())
            group.create_task(_send(send, due, watched, followed))
    return followed


async def _send(send: Send, due: float, watched: bool, followed: Followed) -> None:
    try:
        latency = await send(due, watched)
    except NotAcceptedError:
        followed.not_accepted += 1
    else:
        if latency is not None:
            followed.seconds.append(latency)
