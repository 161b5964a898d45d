"""The conversion of measurements into the report."""

from collections.abc import Iterable, Mapping

from lealtad_bench.loop import Findings
from lealtad_bench.measure import LoadResult, PointResult
from lealtad_bench.report import BesideHistory, FloorPair, Machine, Reading, Report, Side, Throughput, restless
from lealtad_bench.throughput import Trial, best
from lealtad_demo.report import Latency

PointResults = Mapping[str, list[PointResult]]
LoadResults = Mapping[str, list[LoadResult]]
"""Measurements by point, two of each for the floor."""


def summarise(findings: Findings, machine: Machine, *, partitions: int, quick: bool, seconds: float) -> Report:
    """Return the report of a run."""
    points, loads = findings.points, findings.loads
    ours = side(
        {name: [each.ours] for name, each in points.items()}, {name: [each.ours] for name, each in loads.items()}
    )
    floors = pairs_of(findings)
    return Report(
        quick=quick,
        machine=machine,
        partitions=partitions,
        floor=side(
            {name: [each.before, each.after] for name, each in points.items()},
            {name: [each.before, each.after] for name, each in loads.items()},
        ),
        ours=ours,
        floors=floors,
        floors_differ=restless(floors),
        next_best_action_read=Reading.of(findings.reads, findings.not_read),
        beside_history=beside_history(findings),
        cpu_ms_per_purchase=ours.cpu_ms_per_purchase,
        idle_cpu_ms_per_s=findings.idle_cpu_ms_per_s,
        longest_stand_ms=findings.longest_stand_ms,
        memory_mib=findings.memory_mib,
        hops_ms=findings.hops_ms,
        asked_per_sample=findings.asked,
        seconds=round(seconds, 1),
    )


def beside_history(findings: Findings) -> BesideHistory | None:
    """Return the figures of live purchases beside a backfill, if it was measured."""
    if (found := findings.beside_history) is None:
        return None
    return BesideHistory(
        invoices=found.invoices,
        latency_ms=Latency.of(found.seconds),
        not_seen=found.not_seen,
        loaded_meanwhile=found.loaded_meanwhile,
        loaded_s=found.loaded_s,
        settled_s=found.settled_s,
    )


def side(points: PointResults, loads: LoadResults) -> Side:
    """Return the figures of one side, with pooled measurements of each point."""
    readings = {name: [each.cpu_ms for each in found] for name, found in points.items()}
    readings |= {name: [each.cpu_ms for each in found] for name, found in loads.items()}
    return Side(
        latency_ms={name: Latency.of(pooled(found)) for name, found in points.items()},
        not_seen={name: sum(each.not_seen for each in found) for name, found in points.items()},
        not_accepted={name: sum(each.not_accepted for each in found) for name, found in points.items()},
        settled_s={name: round(max(each.settled_s for each in found), 2) for name, found in points.items()},
        purchases_per_s=Throughput.of({name: trials_of(found) for name, found in loads.items()}),
        cpu_ms_per_purchase={name: average(found) for name, found in readings.items()},
    )


def pairs_of(findings: Findings) -> dict[str, FloorPair]:
    """Return the two floors of each point."""
    pairs: dict[str, FloorPair] = {}
    for name, point in findings.points.items():
        before, after = Latency.of(point.before.seconds), Latency.of(point.after.seconds)
        pairs[name] = FloorPair(before=[before.p50, before.p99], after=[after.p50, after.p99])
    for name, load in findings.loads.items():
        pairs[name] = FloorPair(before=[rate_of(load.before)], after=[rate_of(load.after)])
    return pairs


def pooled(results: Iterable[PointResult]) -> list[float]:
    """Return the latencies of several measurements together."""
    return [seconds for result in results for seconds in result.seconds]


def trials_of(results: Iterable[LoadResult]) -> list[Trial]:
    """Return the trials of several measurements together."""
    return [trial for result in results for trial in result.trials]


def rate_of(result: LoadResult) -> float | None:
    """Return the highest sustained rate."""
    found = best(result.trials)
    return round(found.rate, 1) if found else None


def average(readings: list[dict[str, float]]) -> dict[str, float]:
    """Return the mean of several readings, by process."""
    return {name: round(sum(each[name] for each in readings) / len(readings), 3) for name in readings[0]}
