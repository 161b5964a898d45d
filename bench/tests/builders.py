"""Reports and samples for tests."""

from datetime import UTC, datetime
from typing import Any

from lealtad_bench.report import FloorPair, Machine, Reading, Report, Side, Throughput
from lealtad_bench.throughput import Trial
from lealtad_demo.report import Latency

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_trial(rate: float) -> Trial:
    return Trial(window=1, accepted=round(rate * 30), seconds=30, settled_s=1)


def a_side(latency_s: float = 0.02, single: float = 1700, batch: float = 10_000, failed: int = 0) -> Side:
    return Side(
        latency_ms={"at_20": Latency.of([latency_s])},
        not_seen={"at_20": failed},
        not_accepted={"at_20": failed},
        settled_s={"at_20": 0.4},
        purchases_per_s=Throughput.of({"single": [a_trial(single)], "batch": [a_trial(batch)]}),
        cpu_ms_per_purchase={"at_20": {"kafka": 4.0, "total": 4.0}},
    )


def a_machine() -> Machine:
    return Machine(cpu="Some CPU", cores=2, memory_gib=24, kernel="6", python="3.11", at=NOON, load_before=0.1)


def a_report(**changed: Any) -> Report:
    figures = {
        "quick": False,
        "machine": a_machine(),
        "partitions": 4,
        "floor": a_side(),
        "ours": a_side(0.05, 400, 2000),
        "floors": {"at_20": FloorPair(before=[20, 30], after=[21, 31])},
        "floors_differ": [],
        "next_best_action_read": Reading.of([0.01]),
        "cpu_ms_per_purchase": {"at_20": {"kafka": 8.0, "total": 8.0}},
        "idle_cpu_ms_per_s": {"total": 100.0},
        "memory_mib": {"kafka": 400.0, "total": 1400.0},
        "hops_ms": {"at_20": {"campaigns: until the decision is read": 12.0}},
        "asked_per_sample": {"at_20": 1.2},
        "seconds": 1800.0,
    }
    return Report.model_validate(figures | changed)
