import psutil
import pytest

from lealtad_bench.measure import latency
from lealtad_bench.measured_chain import NothingSeenError
from lealtad_bench.plan import Point
from lealtad_bench.schedule import Schedule


class Chain:
    """Takes everything in, and brings so many watched purchases to their end."""

    def __init__(self, ends: int) -> None:
        self.processes: dict[str, psutil.Process] = {}
        self.ends = ends
        self.sent = 0

    async def buy(self, due: float, watched: bool) -> float | None:  # noqa: ARG002 - as of every measured chain
        self.sent += 1
        self.ends -= watched
        return 0.01 if watched and self.ends >= 0 else None

    async def send(self, purchases: int) -> None:
        self.sent += purchases

    async def backlog(self) -> int:
        return 0

    async def settle(self) -> float:
        return 0.0


def a_point(every: int = 1) -> Point:
    return Point("at_1000", Schedule(1000, 0.005, every), Schedule(1000, 0.01, every))


async def test_purchases_whose_end_is_not_seen_are_counted():
    result = await latency(Chain(ends=12), a_point())
    assert (len(result.seconds), result.not_seen) == (7, 3)


async def test_a_chain_that_brings_nothing_to_an_end_is_not_measured():
    chain = Chain(ends=0)
    with pytest.raises(NothingSeenError, match="none of 5 purchases at at_1000 came to its end"):
        await latency(chain, a_point())
    assert chain.sent == 5


async def test_a_point_at_which_nothing_is_watched_is_measured():
    assert (await latency(Chain(ends=0), a_point(every=0))).seconds == []
