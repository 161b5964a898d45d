"""Query and answer models of scores."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from lealtad.events.catalog.churn_scoring import ChurnKind, ModelRef, ScoreReason
from lealtad.money import DecimalText, Money


class RankingOrder(StrEnum):
    """The order of a ranking."""

    RISK = "risk"
    VALUE_AT_RISK = "value_at_risk"


class ChurnScore(BaseModel):
    """A customer's probability of leaving, with its reasons."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "01890a5d-ac96-774b-bcce-b302099a8057",
                    "probability": "0.72",
                    "band": "high",
                    "previous_band": "medium",
                    "kind": "inactivity",
                    "horizon_days": 90,
                    "expected_value": {"amount": "212.40", "currency": "EUR"},
                    "value_at_risk": {"amount": "152.93", "currency": "EUR"},
                    "expected_value_now": {"amount": "224.80", "currency": "EUR"},
                    "value_at_risk_now": {"amount": "161.86", "currency": "EUR"},
                    "reasons": [
                        {
                            "code": "silence",
                            "text": "62 days since the last purchase, usual gap 21 days",
                            "effect": "0.310",
                        }
                    ],
                    "model": {"name": "bg-nbd-prior", "version": 1},
                    "policy_version": 1,
                    "as_of": "2011-03-01T09:00:00Z",
                    "evaluated_at": "2011-03-02T09:00:00Z",
                    "next_due_at": "2011-03-05T00:00:00Z",
                    "event_id": "01890a5d-b000-774b-bcce-b302099a8057",
                    "causes": ["01890a5d-a000-774b-bcce-b302099a8057"],
                    "cause_count": 1,
                }
            ]
        }
    )

    customer_id: UUID
    probability: DecimalText | None = Field(
        description="Of leaving within the horizon, as published; null: no score, see `no_score_reason`"
    )
    no_score_reason: str | None = Field(
        default=None, description="`no-history` (no purchase and no contract), `merged` or `erased`"
    )
    band: str | None = None
    previous_band: str | None = None
    kind: ChurnKind | None = Field(default=None, description="What leaving means for this customer")
    horizon_days: int | None = None
    expected_value: Money | None = Field(
        default=None,
        description="Net spending expected within the horizon if the customer stays as before, as announced last",
    )
    value_at_risk: Money | None = Field(
        default=None, description="Probability times expected value, as announced last; rankings follow it"
    )
    expected_value_now: Money | None = Field(
        default=None, description="The exact expected value at the newest evaluation; no event carries it"
    )
    value_at_risk_now: Money | None = Field(
        default=None, description="Probability times the exact expected value at the newest evaluation"
    )
    reasons: list[ScoreReason] = Field(
        default_factory=list, description="Differences from the score of a newcomer, the strongest first"
    )
    model: ModelRef | None = None
    policy_version: int | None = None
    as_of: datetime | None = Field(default=None, description="Business time at which this score was published")
    evaluated_at: datetime | None = Field(default=None, description="Business time of the newest evaluation")
    next_due_at: datetime | None = Field(default=None, description="Time of the next evaluation if nothing happens")
    event_id: UUID | None = Field(default=None, description="The event that announced the score")
    causes: list[UUID] = Field(default_factory=list, description="Root facts that the score newly included, at most 64")
    cause_count: int = Field(default=0, description="Number of these root facts, listed or not")
