"""The figures of a running replay: what was sent, what the services say about themselves."""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from lealtad_demo.report import Latency, Offers

WARM_UP_MEASUREMENTS = 20
"""The first round trips meet cold caches and a Kafka that is still being compiled; they are not counted."""


@dataclass(slots=True)
class Figures:
    """Counts of one run, and the newest readings of the services."""

    days: int
    """Trading days to be replayed."""
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
    """Customers whose promotions rested because of a complaint when the staff turned to them."""
    loops: list[float] = field(default_factory=list)
    """Seconds from a purchase sent to the decision that names it, in the order of measuring."""
    lag: dict[str, int] = field(default_factory=dict)
    segments: dict[str, int] = field(default_factory=dict)
    bands: dict[str, int] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    @property
    def accepted(self) -> int:
        """Facts answered 2xx."""
        return self.facts.total()

    @property
    def seconds(self) -> float:
        """How long the replay has run."""
        return time.perf_counter() - self.started

    @property
    def facts_per_second(self) -> float:
        """Facts over the whole replay so far, settling included."""
        return round(self.accepted / max(self.seconds, 1e-9), 1)

    @property
    def latency(self) -> Latency:
        """Loop latency after warm-up."""
        return Latency.of(self.loops[WARM_UP_MEASUREMENTS:])

    @property
    def offers(self) -> Offers:
        """What became of the offers presented."""
        return Offers(
            presented=self.presented,
            accepted=self.answers["accepted"],
            rejected=self.answers["rejected"],
            unanswered=self.presented - self.answers.total(),
        )
