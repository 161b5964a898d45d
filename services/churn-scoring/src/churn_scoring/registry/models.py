"""Table of trained models."""

from sqlalchemy import ARRAY, CheckConstraint, Column, Integer, LargeBinary, String, Table
from sqlalchemy.dialects.postgresql import JSONB

from churn_scoring.metadata import METADATA
from lealtad.db.columns import OWNED, moment

model = Table(
    "model",
    METADATA,
    Column("version", Integer, primary_key=True),
    Column("name", String, nullable=False, comment="bg-nbd-prior, or a kind that training knows"),
    Column("horizon_days", Integer, comment="null: any horizon"),
    Column("parameters", JSONB, comment="BG/NBD's r, alpha (days), a, b; null: the policy's prior"),
    Column("calibration", JSONB),
    Column("features", ARRAY(String), nullable=False),
    Column("training", JSONB, comment="windows, customers, data fingerprint, hyper-parameters"),
    Column("metrics", JSONB, comment="on the forward hold-out, with bootstrap intervals, baselines beside"),
    Column("linear", JSONB, comment="the logistic regression"),
    Column("value", JSONB, comment="the expected spending that was learned with it"),
    Column("artifact", LargeBinary, comment="the boosted trees, written by joblib"),
    Column("artifact_sha256", LargeBinary),
    moment("trained_at", nullable=False),
    CheckConstraint("(artifact IS NULL) = (artifact_sha256 IS NULL)", name="artifact_has_digest"),
    schema=OWNED,
)
