"""Measures one point or one throughput of one side."""

from dataclasses import dataclass
from typing import Protocol

from lealtad_bench.plan import Plan, Point
from lealtad_bench.schedule import follow
from lealtad_bench.subject import NothingSeenError, Subject
from lealtad_bench.throughput import Load, Trial, find_highest
from lealtad_bench.usage import Processes, cpu_ms_each, cpu_seconds


class Observed(Subject, Protocol):
    """A subject whose processes can be looked at."""

    @property
    def processes(self) -> Processes:
        """Its processes, by name."""
        ...


@dataclass(frozen=True, slots=True)
class PointResult:
    """What one side did at one rate."""

    seconds: list[float]
    """Latencies of watched purchases."""
    not_seen: int
    not_accepted: int
    settled_s: float
    """From the last answer to nothing under way: it grows with the rate where the chain does not keep up."""
    cpu_ms: dict[str, float]


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What one side did under full load."""

    trials: list[Trial]
    cpu_ms: dict[str, float]


async def latency(subject: Observed, point: Point) -> PointResult:
    """Warm up, let it settle, and measure at the same rate.

    Raises `NothingSeenError` when not one watched purchase of the warm-up came to its end.
    """
    warmed = await follow(point.warm_up, subject.buy)
    if point.warm_up.watched and not warmed.seconds:
        raise NothingSeenError(f"none of {point.warm_up.watched} purchases at {point.name} came to its end in time")
    await subject.settle()
    before = cpu_seconds(subject.processes)
    followed = await follow(point.measured, subject.buy)
    settled_s = await subject.settle()
    cpu = cpu_ms_each(before, cpu_seconds(subject.processes), point.measured.count)
    not_seen = point.measured.watched - len(followed.seconds)
    return PointResult(followed.seconds, not_seen, followed.not_accepted, settled_s, cpu)


async def throughput(subject: Observed, load: Load, plan: Plan) -> LoadResult:
    """Warm up, and find the highest rate that is sustained."""
    for _ in range(plan.warm_up_batches):
        await subject.send(load.purchases)
    await subject.settle()
    before = cpu_seconds(subject.processes)
    trials = await find_highest(subject, load)
    accepted = sum(trial.accepted for trial in trials)
    return LoadResult(trials, cpu_ms_each(before, cpu_seconds(subject.processes), max(accepted, 1)))
