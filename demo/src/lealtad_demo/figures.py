"""The figures of a running replay: sent facts, and the readings of the services."""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from lealtad_demo.report import Latency, Offers

WARM_UP_MEASUREMENTS = 20
"""Round trips that are not counted, since caches and the JIT compiler of Kafka are still cold."""


@dataclass(slots=True)
class Figures:
    """Counts of one run, and the newest readings of the services."""

    days: int
    """Trading days of the replay."""
    day: int = 0
    today: date | None = None
    facts: Counter[str] = field(default_factory=Counter)
    """Purchases and returns answered 2xx, by customer number."""
    refused: int = 0
    cases: int = 0
    open_cases: int = 0
    presented: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    muted: int = 0
    """Customers whose promotions rested because of a complaint when the staff contacted them."""
    loops: list[float] = field(default_factory=list)
    """Seconds from a purchase sent to the decision that names it, in the order of measurement."""
    lag: dict[str, int] = field(default_factory=dict)
    segments: dict[str, int] = field(default_factory=dict)
    bands: dict[str, int] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    @property
    def accepted(self) -> int:
        """Return the number of facts answered 2xx."""
        return self.facts.total()

    @property
    def seconds(self) -> float:
        """Return the duration of the replay so far."""
        return time.perf_counter() - self.started

    @property
    def facts_per_second(self) -> float:
        """Return facts per second of the whole replay so far, settling included."""
        return round(self.accepted / max(self.seconds, 1e-9), 1)

    @property
    def latency(self) -> Latency:
        """Return the loop latency after warm-up."""
        return Latency.of(self.loops[WARM_UP_MEASUREMENTS:])

    @property
    def offers(self) -> Offers:
        """Return the numbers of presented offers by answer."""
        return Offers(
            presented=self.presented,
            accepted=self.answers["accepted"],
            rejected=self.answers["rejected"],
            unanswered=self.presented - self.answers.total(),
        )
