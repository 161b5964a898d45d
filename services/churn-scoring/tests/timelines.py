"""Timelines for training: simulated customers with known parameters, and the customers of CDNOW."""

import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from churn_scoring.domain.facts import Fact, FactKind
from churn_scoring.training.examples import CustomerTimeline

START = datetime(2010, 1, 1, 12, tzinfo=UTC)
SHARED_DATA = Path(os.environ.get("LEALTAD_SHARED_DATA", Path(__file__).parents[3] / ".." / "shared" / "data"))


def shared(name: str) -> Path:
    """Return a file of the shared data; skip the test if it is missing."""
    file = SHARED_DATA / name
    if not file.exists():
        pytest.skip(f"{name} is not in {SHARED_DATA} (set LEALTAD_SHARED_DATA)")
    return file


def cdnow() -> list[CustomerTimeline]:
    """Return the purchases of all 23,570 customers of CDNOW."""
    timelines: dict[UUID, CustomerTimeline] = {}
    for number, line in enumerate(shared("cdnow_master.txt").read_text().splitlines()):
        customer, day, _, dollars = line.split() if line[:1] == " " and line[1:2].isdigit() else ("", "", "", "")
        if customer:
            # Spread over all ids, since the id decides which customer in five is used for calibration.
            identity = UUID(int=int(customer) * 2_654_435_761)
            at = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC)
            fact = Fact(UUID(int=number), identity, FactKind.PURCHASE, at, Decimal(dollars))
            timelines.setdefault(identity, CustomerTimeline(identity)).facts.append(fact)
    return list(timelines.values())


def simulated(customers: int, days: int, seed: int = 3, *, rate: float = 1.0) -> list[CustomerTimeline]:
    """Return customers of BG/NBD (r 1.2, alpha 30 days, a 0.6, b 4) who first buy within a third of the days.

    They buy `rate` times as often.
    """
    random = np.random.default_rng(seed)
    timelines = []
    for number in range(1, customers + 1):
        timeline = CustomerTimeline(UUID(int=number * 2_654_435_761))
        own, leaving = rate * random.gamma(1.2, 1 / 30), random.beta(0.6, 4)
        day = random.uniform(0, days / 3)
        while day < days:
            at = START + timedelta(days=float(day))
            fact_id = UUID(int=number * 10_000 + len(timeline.facts))
            amount = Decimal(int(random.integers(500, 9000))) / 100
            timeline.facts.append(Fact(fact_id, timeline.customer_id, FactKind.PURCHASE, at, amount))
            day += random.exponential(1 / own)
            if len(timeline.facts) > 1 and random.random() < leaving:
                break
        timelines.append(timeline)
    return timelines
