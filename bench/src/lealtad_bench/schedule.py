"""The schedule of purchases at fixed moments, independent of earlier answers (open loop)."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from lealtad_bench.measured_chain import NotAcceptedError

LEAD_S = 0.05
"""Seconds between the start of a schedule and its first moment."""

Send = Callable[[float, bool], Awaitable[float | None]]
"""Sends one purchase that was due at a moment (seconds, monotonic), watched to its end or not. Returns the seconds from
that moment to the end, or None without a watch or without an end in time. May raise NotAcceptedError."""


@dataclass(slots=True)
class Followed:
    """The results of a schedule."""

    seconds: list[float] = field(default_factory=list)
    """Latencies of watched purchases with a detected end."""
    not_accepted: int = 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """Evenly spaced purchases, of which every n-th is watched."""

    rate: float
    """Purchases per second."""
    seconds: float
    every: int = 1
    """Every n-th purchase is watched; 0 watches none."""

    @property
    def count(self) -> int:
        """Return the number of purchases."""
        return round(self.rate * self.seconds)

    @property
    def watched(self) -> int:
        """Return the number of watched purchases."""
        return sum(watched for _, watched in self.moments())

    def moments(self) -> Iterator[tuple[float, bool]]:
        """Yield the moments in seconds since the start, and whether each is watched."""
        for number in range(self.count):
            yield number / self.rate, self.every > 0 and number % self.every == 0


async def follow(schedule: Schedule, send: Send) -> Followed:
    """Send all purchases in time, and return the results.

    A latency counts from the planned moment. A stall delays all purchases that were due meanwhile, and each latency
    includes it (Tene, "How NOT to Measure Latency", 2015: coordinated omission).
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
