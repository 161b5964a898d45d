"""Tables of the scoring policy and of releases."""

from sqlalchemy import Column, ForeignKey, Identity, Integer, Table
from sqlalchemy.dialects.postgresql import JSONB

from churn_scoring.domain.policy import ScoringPolicy
from churn_scoring.domain.trial import try_out
from churn_scoring.metadata import METADATA
from churn_scoring.policy.schemas import ScoringPolicyVersion
from lealtad.db.columns import OWNED, moment
from lealtad.policies import Policy

SCORING_POLICY = Policy(METADATA, "scoring_policy", ScoringPolicy, ScoringPolicyVersion, try_out=try_out)

release = Table(
    "release",
    METADATA,
    Column("id", Integer, Identity(always=True), primary_key=True, comment="the largest is in force"),
    Column("policy_version", Integer, ForeignKey(SCORING_POLICY.table.c.version), nullable=False),
    Column("model_version", Integer, ForeignKey("owned.model.version"), nullable=False),
    moment("released_at", nullable=False),
    Column("level", JSONB, comment="shift of the model to the silence observed lately, with the gaps; null: none"),
    schema=OWNED,
)
