"""Where a customer stands, and what an evaluation changes about it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

PROFILING_REFUSED = "profiling-refused"
"""Why there are no segments of behaviour and no tier, although the facts would give some."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Recency, frequency and monetary quintiles, 5 the best."""

    recency: int
    frequency: int
    monetary: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What one evaluation found out about a customer, at the time `as_of`."""

    customer_id: UUID
    members: frozenset[UUID]
    """Segments (by id) whose rule in force is met."""
    drafts: frozenset[UUID]
    """Segments whose rule in preparation is met."""
    tier: str | None
    service_tier: str | None
    scores: Scores | None
    last_purchase: date | None
    frequency: int
    """Purchases in the value window."""
    monetary: Decimal
    """Net amount in the value window, in the reporting currency."""
    next_due_at: datetime | None
    """Time alone changes nothing about it before then."""
    profiled: bool = True
    """False: segments of behaviour and tiers are not for this customer, who refuses to be profiled."""


@dataclass(frozen=True, slots=True)
class Announced:
    """What subscribers were told last."""

    members: frozenset[UUID] = frozenset()
    tier: str | None = None
    service_tier: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Where a customer stands, beside what was announced about it before."""

    found: Standing
    announced: Announced


@dataclass(frozen=True, slots=True)
class Change:
    """What subscribers have to be told."""

    entered: frozenset[UUID]
    left: frozenset[UUID]
    previous_tier: str | None


def change(compared: Comparison) -> Change | None:
    """Return the difference between what was announced and what was found; None where there is none."""
    found, announced = compared.found, compared.announced
    entered, left = found.members - announced.members, announced.members - found.members
    tiers = (found.tier, found.service_tier) != (announced.tier, announced.service_tier)
    return Change(entered, left, announced.tier) if entered or left or tiers else None
