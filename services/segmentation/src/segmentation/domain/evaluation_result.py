"""The result of an evaluation, and its difference from the announced state."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

PROFILING_REFUSED = "profiling-refused"
"""Reason for no tier and no behavioural segments although the facts would give some."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Recency, frequency and monetary quintiles, 5 the best."""

    recency: int
    frequency: int
    monetary: int


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """The result of one evaluation of a customer."""

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
    """Time alone changes nothing in the result before then."""
    profiled: bool = True
    """False: the customer refuses to be profiled, so has no behavioural segments and no tier."""


@dataclass(frozen=True, slots=True)
class AnnouncedState:
    """The segments and tiers of a customer as subscribers know them."""

    members: frozenset[UUID] = frozenset()
    tier: str | None = None
    service_tier: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of an evaluation, beside the state announced before it."""

    result: EvaluationResult
    announced: AnnouncedState


@dataclass(frozen=True, slots=True)
class MembershipChange:
    """The difference that is announced to subscribers."""

    entered: frozenset[UUID]
    left: frozenset[UUID]
    previous_tier: str | None


def compute_change(comparison: Comparison) -> MembershipChange | None:
    """Return the difference between the announced state and the result; None where both are equal."""
    result, announced = comparison.result, comparison.announced
    entered, left = result.members - announced.members, announced.members - result.members
    other_tiers = (result.tier, result.service_tier) != (announced.tier, announced.service_tier)
    return MembershipChange(entered, left, announced.tier) if entered or left or other_tiers else None
