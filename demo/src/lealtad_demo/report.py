"""The report of a run, in figures."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field


class Figures(BaseModel):
    """A part of the report."""

    model_config = ConfigDict(frozen=True)


class Latency(Figures):
    """Percentiles of a latency in milliseconds (nearest rank), or None without measurements."""

    measured: int
    p50: float | None
    p95: float | None
    p99: float | None

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Self:
        """Compute the percentiles of durations in seconds."""
        p50, p95, p99 = (percentile(seconds, share) for share in (0.50, 0.95, 0.99))
        return cls(measured=len(seconds), p50=p50, p95=p95, p99=p99)


def percentile(seconds: Sequence[float], share: float) -> float | None:
    """Return the smallest duration that at least `share` of all do not exceed, in milliseconds (nearest rank)."""
    if not seconds:
        return None
    rank = math.ceil(share * len(seconds))
    return round(sorted(seconds)[max(rank, 1) - 1] * 1000, 1)


class FactCounts(Figures):
    """The lost and doubled facts of a service, among the facts answered 2xx."""

    expected: int
    lost: int
    doubled: int

    @classmethod
    def compare(cls, accepted: Mapping[str, int], counted: Mapping[str, int]) -> Self:
        """Compute the differences per customer between facts answered 2xx and facts that a service counts."""
        customers = accepted.keys() | counted.keys()
        difference = [counted.get(customer, 0) - accepted.get(customer, 0) for customer in customers]
        return cls(
            expected=sum(accepted.values()),
            lost=-sum(each for each in difference if each < 0),
            doubled=sum(each for each in difference if each > 0),
        )


class Offers(Figures):
    """Numbers of offers by answer; the simulator gives the answers."""

    presented: int
    accepted: int
    rejected: int
    unanswered: int


class Report(Figures):
    """The whole run; `lost` and `doubled` sum over all services, and both must be 0."""

    trading_days: int
    customers: int
    accepted: int = Field(description="Facts answered 2xx: purchases and returns")
    refused: int = Field(description="Facts answered otherwise")
    lost: int
    doubled: int
    held: dict[str, FactCounts] = Field(description="By service")
    cases: int
    offers: Offers
    muted: int = Field(description="Customers whose promotions rested because of a complaint when they were contacted")
    segments: dict[str, int] = Field(description="Members at the end")
    churn_bands: dict[str, int] = Field(description="Customers at the end")
    lag: dict[str, int] = Field(description="Events not handled yet, by service, just after the last day's were sent")
    loop_latency_ms: Latency = Field(description="Purchase sent to decision readable, after warm-up")
    facts_per_second: float = Field(description="Over the replay, settling included")
    healthy_seconds: float | None = Field(description="Start of the stack; None where it was up already")
    replay_seconds: float
    seconds: float = Field(description="The whole run")

    def write(self, path: Path) -> None:
        """Write the report as JSON."""
        path.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")
