"""The report of a run, in figures."""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self

import psutil
from pydantic import BaseModel, ConfigDict, Field

from lealtad_bench.throughput import Trial, best
from lealtad_demo.report import Latency

FLOORS_DIFFER_ABOVE = 0.25


class Figures(BaseModel):
    """A part of the report."""

    model_config = ConfigDict(frozen=True)


class Written(Figures):
    """Figures that a run writes."""

    def write(self, path: Path) -> None:
        """Write the figures as JSON."""
        path.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")


class Throughput(Figures):
    """Purchases accepted per second for at least half a minute, with an idle chain within 5 s after the last."""

    single: float | None = Field(description="One purchase a request (floor: a transaction); None: not sustained")
    batch: float | None = Field(description="500 purchases a request (floor: a transaction)")
    trials: dict[str, list[Trial]]

    @classmethod
    def of(cls, trials: dict[str, list[Trial]]) -> Self:
        """Return the best sustained trial of each load."""
        return cls(single=_best_rate(trials, "single"), batch=_best_rate(trials, "batch"), trials=trials)


class Side(Figures):
    """The figures of one side, floor or Lealtad, without points outside the plan."""

    latency_ms: dict[str, Latency] = Field(description="By point; percentiles are nearest-rank")
    not_seen: dict[str, int] = Field(description="By point: watched purchases whose end did not come within 30 s")
    not_accepted: dict[str, int] = Field(description="By point: purchases that were refused or not answered")
    settled_s: dict[str, float] = Field(description="By point: from the last answer to nothing under way")
    purchases_per_s: Throughput
    cpu_ms_per_purchase: dict[str, dict[str, float]] = Field(description="By point, then by process")


class Reading(Figures):
    """Latencies of reading a next-best action from the planned moment on; percentiles are nearest-rank."""

    measured: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    not_read: int = Field(description="Reads that were refused, or found no decision")

    @classmethod
    def of(cls, seconds: Sequence[float], not_read: int = 0) -> Self:
        """Compute the percentiles of durations in seconds."""
        found = Latency.of(seconds)
        return cls(measured=found.measured, p50_ms=found.p50, p95_ms=found.p95, p99_ms=found.p99, not_read=not_read)


class BesideHistory(Figures):
    """Live purchases, 20/s, while invoices of former years are loaded as a backfill."""

    invoices: int
    latency_ms: Latency
    not_seen: int
    loaded_meanwhile: int = Field(description="Invoices accepted by the time of the last live purchase")
    loaded_s: float = Field(description="Until all invoices were accepted")
    settled_s: float = Field(description="From then until nothing was under way, all customers evaluated")


class FloorPair(Figures):
    """The floor before and after ours, at one point: p50 and p99 in ms, or the sustained rate."""

    before: list[float | None]
    after: list[float | None]

    @property
    def differs(self) -> bool:
        """Return whether the floor varied too much for a meaningful ratio."""
        return any(_differ(before, after) for before, after in zip(self.before, self.after, strict=True))


class Machine(Figures):
    """Machine and time of the run."""

    cpu: str
    cores: int
    memory_gib: float
    kernel: str
    python: str
    at: datetime
    load_before: float = Field(description="Load average of the minute before")

    @classmethod
    def this(cls) -> Self:
        """Return the description of this machine."""
        return cls(
            cpu=_cpu_model(),
            cores=len(os.sched_getaffinity(0)),
            memory_gib=round(psutil.virtual_memory().total / 2**30, 1),
            kernel=platform.release(),
            python=platform.python_version(),
            at=datetime.now(UTC).replace(microsecond=0),
            load_before=round(os.getloadavg()[0], 2),
        )

    def in_words(self, seconds: float) -> str:
        """Return machine, time and duration of a run."""
        return (
            f"Measured on {self.at:%Y-%m-%d %H:%M} UTC: {self.cores} cores of {self.cpu}, {self.memory_gib:g} GiB, "
            f"Linux {self.kernel}, Python {self.python}; load average before {self.load_before:g}; "
            f"{seconds / 60:.0f} minutes."
        )


class Report(Written):
    """A whole run."""

    benchmark: Literal["loop"] = "loop"
    quick: bool = Field(description="A rough answer from few samples")
    machine: Machine
    partitions: int = Field(description="Of each topic, the floor's and ours")
    floor: Side = Field(description="Before and after pooled")
    ours: Side
    floors: dict[str, FloorPair] = Field(description="By point")
    floors_differ: list[str] = Field(description="Points at which the two floors differ by more than 25 %")
    next_best_action_read: Reading = Field(description="At 200 reads/s while 20 purchases/s arrive")
    beside_history: BesideHistory | None = None
    cpu_ms_per_purchase: dict[str, dict[str, float]] = Field(description="Ours: by point, then by process")
    idle_cpu_ms_per_s: dict[str, float] = Field(description="By process, while nothing happens")
    longest_stand_ms: dict[str, float] = Field(
        default_factory=dict, description="Longest time for which the event loop of an API stood under load"
    )
    memory_mib: dict[str, float] = Field(description="Proportional set size after all load, by process")
    hops_ms: dict[str, dict[str, float]] = Field(description="By point: medians of the hops of a purchase")
    asked_per_sample: dict[str, float] = Field(description="By point: GETs until a decision was readable")
    seconds: float


def restless(floors: Mapping[str, FloorPair]) -> list[str]:
    """Return the points at which the two floors differ too much."""
    return [name for name, pair in floors.items() if pair.differs]


def ratio(ours: float | None, floor: float | None) -> float | None:
    """Return the ratio of a figure to the floor, or None if one is missing."""
    return None if ours is None or not floor else ours / floor


def _differ(before: float | None, after: float | None) -> bool:
    if not before or not after:
        return True
    return max(before, after) / min(before, after) > 1 + FLOORS_DIFFER_ABOVE


def _best_rate(trials: Mapping[str, Sequence[Trial]], name: str) -> float | None:
    found = best(trials.get(name, []))
    return round(found.rate, 1) if found else None


def _cpu_model() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
