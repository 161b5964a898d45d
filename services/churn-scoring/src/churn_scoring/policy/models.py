"""Tables of the scoring policy and of what is in force."""

from sqlalchemy import Column, ForeignKey, Identity, Integer, String, Table
from sqlalchemy.dialects.postgresql import JSONB

from churn_scoring.metadata import METADATA, OWNED, moment

scoring_policy = Table(
    "scoring_policy",
    METADATA,
    Column("version", Integer, primary_key=True, comment="the ETag"),
    Column("document", JSONB, nullable=False),
    moment("changed_at", nullable=False),
    Column("changed_by", String, nullable=False),
    schema=OWNED,
)

release = Table(
    "release",
    METADATA,
    Column("id", Integer, Identity(always=True), primary_key=True, comment="the largest is in force"),
    Column("policy_version", Integer, ForeignKey(scoring_policy.c.version), nullable=False),
    Column("model_version", Integer, ForeignKey("owned.model.version"), nullable=False),
    moment("released_at", nullable=False),
    schema=OWNED,
)
