"""The measurement of one point or one throughput of one side."""

from dataclasses import dataclass
from typing import Protocol

from lealtad_bench.measured_chain import MeasuredChain, NothingSeenError
from lealtad_bench.plan import Plan, Point
from lealtad_bench.schedule import follow
from lealtad_bench.throughput import Load, Trial, find_highest
from lealtad_bench.usage import Processes, cpu_ms_each, cpu_seconds


class ObservedChain(MeasuredChain, Protocol):
    """A measured chain with observable processes."""

    @property
    def processes(self) -> Processes:
        """Return its processes, by name."""
        ...


@dataclass(frozen=True, slots=True)
class PointResult:
    """Results of one side at one rate."""

    seconds: list[float]
    """Latencies of watched purchases."""
    not_seen: int
    not_accepted: int
    settled_s: float
    """Seconds from the last answer until the chain is idle, which grow with the rate if the chain does not keep up."""
    cpu_ms: dict[str, float]


@dataclass(frozen=True, slots=True)
class LoadResult:
    """Results of one side under full load."""

    trials: list[Trial]
    cpu_ms: dict[str, float]


async def latency(chain: ObservedChain, point: Point) -> PointResult:
    """Warm up, settle, and measure at the same rate.

    Raises `NothingSeenError` if no watched purchase of the warm-up came to its end.
    """
    warmed = await follow(point.warm_up, chain.buy)
    if point.warm_up.watched and not warmed.seconds:
        raise NothingSeenError(f"none of {point.warm_up.watched} purchases at {point.name} came to its end in time")
    await chain.settle()
    before = cpu_seconds(chain.processes)
    followed = await follow(point.measured, chain.buy)
    settled_s = await chain.settle()
    cpu = cpu_ms_each(before, cpu_seconds(chain.processes), point.measured.count)
    not_seen = point.measured.watched - len(followed.seconds)
    return PointResult(followed.seconds, not_seen, followed.not_accepted, settled_s, cpu)


async def throughput(chain: ObservedChain, load: Load, plan: Plan) -> LoadResult:
    """Warm up, and find the highest sustained rate."""
    for _ in range(plan.warm_up_batches):
        await chain.send(load.purchases)
    await chain.settle()
    before = cpu_seconds(chain.processes)
    trials = await find_highest(chain, load)
    accepted = sum(trial.accepted for trial in trials)
    return LoadResult(trials, cpu_ms_each(before, cpu_seconds(chain.processes), max(accepted, 1)))
