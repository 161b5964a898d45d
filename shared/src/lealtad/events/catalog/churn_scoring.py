"""Events of churn-scoring."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from lealtad.events.catalog.shared_types import Instant, Part, Slug
from lealtad.events.model import Causes, EventData
from lealtad.events.topics import SCORES, SCORES_CONTROL
from lealtad.money import DecimalText, Money

SHIPPED_BANDS = ("low", "medium", "high", "critical")
"""Bands until a scoring policy is announced, the least risk first."""


class ChurnKind(StrEnum):
    """The kind of churn of this customer."""

    INACTIVITY = "inactivity"
    CONTRACT = "contract"
    WITHDRAWN = "withdrawn"


class ModelRef(Part):
    """The model of a score."""

    name: Slug
    version: int = Field(ge=1)


class ScoreReason(Part):
    """One driver of a score in plain terms."""

    code: Slug
    text: str = Field(max_length=200, examples=["62 days since the last purchase, usual gap 21 days"])
    effect: DecimalText = Field(description="Share of the score it explains; positive raises the risk")


class ChurnScored(EventData, topic=SCORES, event="churn-scored"):
    """The published score of a customer changed; consumers keep the largest sequence."""

    customer_id: UUID
    probability: DecimalText | None = Field(
        description="Of leaving within the horizon, on the published grid; None: no score"
    )
    no_score_reason: Slug | None = Field(
        default=None,
        description="Why there is none: no-history, merged, erased, or profiling-refused (readers delete the score)",
    )
    band: Slug | None = None
    previous_band: Slug | None = None
    kind: ChurnKind | None = None
    horizon_days: int = Field(ge=1)
    expected_value: Money | None = Field(
        default=None, description="Expected from the customer within the horizon, if kept"
    )
    value_at_risk: Money | None = None
    model: ModelRef | None = None
    policy_version: int = Field(ge=1)
    reasons: list[ScoreReason] = Field(default_factory=list, max_length=10)
    as_of: Instant = Field(description="Business time")
    causes: Causes


class ModelPromoted(EventData, topic=SCORES_CONTROL, event="model-promoted"):
    """This model makes all scores from now on."""

    model: ModelRef
    previous: ModelRef | None = None
    metrics: dict[str, float]
    promoted_at: Instant


class ScoringPolicyChanged(EventData, topic=SCORES_CONTROL, event="scoring-policy-changed"):
    """Another version of the scoring policy is in force; consumers keep the largest version."""

    version: int = Field(ge=1)
    bands: list[Slug] = Field(max_length=10, description="All bands of churn, the least risk first")
    changed_at: Instant
