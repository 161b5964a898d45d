"""Create the service's tables; seed the default policy and the model that needs no training."""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from churn_scoring.domain.features import FEATURES
from churn_scoring.domain.policy import ScoringPolicy
from lealtad.db.migrations import create_platform_tables

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    create_platform_tables(op)
    create_derived_tables()
    create_owned_tables()
    seed()


def create_derived_tables() -> None:
    op.create_table(
        "contract_fact",
        sa.Column("fact_id", sa.UUID(), nullable=False),
        sa.Column("contract_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("fact_id", name=op.f("pk_contract_fact")),
        schema="derived",
    )
    op.create_index("ix_contract_fact_customer_id", "contract_fact", ["customer_id"], unique=False, schema="derived")
    op.create_table(
        "customer",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("merged_into", sa.UUID(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer")),
        schema="derived",
    )
    op.create_table(
        "customer_external_id",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("source", "external_id", name=op.f("pk_customer_external_id")),
        schema="derived",
    )
    op.create_index(
        "ix_customer_external_id_customer_id", "customer_external_id", ["customer_id"], unique=False, schema="derived"
    )
    op.create_table(
        "fact",
        sa.Column("id", sa.UUID(), nullable=False, comment="the event; the case, for a complaint"),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact")),
        schema="derived",
    )
    op.create_index("ix_fact_customer_id", "fact", ["customer_id", "occurred_at", "id"], unique=False, schema="derived")
    op.create_table(
        "history",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column(
            "last_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="place of the newest folded fact, with last_fact",
        ),
        sa.Column("last_fact", sa.UUID(), nullable=True),
        sa.Column(
            "day",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="UTC day ordinal of the decayed sums",
        ),
        sa.Column("first_purchase_day", sa.Integer(), nullable=True),
        sa.Column("last_purchase_day", sa.Integer(), nullable=True),
        sa.Column("last_purchase_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purchases", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("purchase_days", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("gap_squares", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("gap_smoothed", sa.Double(), nullable=True),
        sa.Column("spent", sa.Numeric(precision=18, scale=4), server_default=sa.text("0"), nullable=False),
        sa.Column("returned", sa.Numeric(precision=18, scale=4), server_default=sa.text("0"), nullable=False),
        sa.Column("complaints", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_touchpoint_day", sa.Integer(), nullable=True),
        sa.Column("offers_accepted", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("offers_rejected", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("buys_30", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("buys_90", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("buys_365", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("spend_30", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("spend_90", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("spend_365", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("returns_90", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("complaints_90", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("payments_90", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("payment_failures_90", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("touchpoints_90", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("negative_touchpoints_90", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_history")),
        schema="derived",
        postgresql_with={"fillfactor": "70"},
    )
    op.create_table(
        "service_case",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=True, comment="null: not known yet"),
        sa.Column(
            "complains", sa.Boolean(), nullable=False, comment="complaint, claim, warranty or return; not a petition"
        ),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_service_case")),
        schema="derived",
    )
    op.create_index(
        "ix_service_case_customer_id",
        "service_case",
        ["customer_id"],
        unique=False,
        schema="derived",
        postgresql_where=sa.text("complains"),
    )


def create_owned_tables() -> None:
    op.create_table(
        "model",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False, comment="bg-nbd-prior, bg-nbd or gradient-boosting"),
        sa.Column("horizon_days", sa.Integer(), nullable=True, comment="null: any horizon"),
        sa.Column(
            "parameters",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="BG/NBD's r, alpha (days), a, b; null: the policy's prior",
        ),
        sa.Column("calibration", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("features", sa.ARRAY(sa.String()), nullable=False),
        sa.Column(
            "training",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="windows, customers, data fingerprint, hyper-parameters",
        ),
        sa.Column(
            "metrics",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="on the forward hold-out, with bootstrap intervals, baselines beside",
        ),
        sa.Column("artifact", sa.LargeBinary(), nullable=True, comment="the estimator, written by joblib"),
        sa.Column("artifact_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("trained_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(artifact IS NULL) = (artifact_sha256 IS NULL)", name=op.f("ck_model_artifact_has_digest")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_model")),
        schema="owned",
    )
    op.create_table(
        "score",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("risk", sa.Double(), nullable=True, comment="exact probability"),
        sa.Column("expected_value", sa.Numeric(precision=18, scale=4), server_default=sa.text("0"), nullable=False),
        sa.Column("value_at_risk", sa.Numeric(precision=18, scale=4), server_default=sa.text("0"), nullable=False),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "release", sa.Integer(), server_default=sa.text("0"), nullable=False, comment="it was evaluated under"
        ),
        sa.Column(
            "next_due_at", sa.DateTime(timezone=True), nullable=True, comment="when time alone changes it; null: never"
        ),
        sa.Column("probability", sa.Numeric(), nullable=True, comment="on the grid; null: no score"),
        sa.Column("no_score", sa.String(), nullable=True, comment="why not"),
        sa.Column("band", sa.String(), nullable=True),
        sa.Column("previous_band", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("horizon_days", sa.Integer(), nullable=True),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("model_name", sa.String(), nullable=True),
        sa.Column("model_version", sa.Integer(), nullable=True),
        sa.Column("policy_version", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_id", sa.UUID(), nullable=True, comment="the announcement"),
        sa.Column(
            "causes",
            sa.ARRAY(sa.UUID()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="root facts it newly included",
        ),
        sa.Column("cause_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("waiting", sa.ARRAY(sa.UUID()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("waiting_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_score")),
        schema="owned",
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index(
        "ix_score_band_risk",
        "score",
        ["band", "probability", "value_at_risk", "customer_id"],
        unique=False,
        schema="owned",
    )
    op.create_index(
        "ix_score_band_value", "score", ["band", "value_at_risk", "customer_id"], unique=False, schema="owned"
    )
    op.create_index(
        "ix_score_next_due_at",
        "score",
        ["next_due_at"],
        unique=False,
        schema="owned",
        postgresql_where=sa.text("next_due_at IS NOT NULL"),
    )
    op.create_index("ix_score_release", "score", ["release"], unique=False, schema="owned")
    op.create_index(
        "ix_score_risk", "score", ["probability", "value_at_risk", "customer_id"], unique=False, schema="owned"
    )
    op.create_index(
        "ix_score_value",
        "score",
        ["value_at_risk", "customer_id"],
        unique=False,
        schema="owned",
        postgresql_where=sa.text("probability IS NOT NULL"),
    )
    op.create_table(
        "scoring_policy",
        sa.Column("version", sa.Integer(), nullable=False, comment="the ETag"),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_scoring_policy")),
        schema="owned",
    )
    op.create_table(
        "release",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False, comment="the largest is in force"),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("model_version", sa.Integer(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_version"], ["owned.model.version"], name=op.f("fk_release_model_version_model")
        ),
        sa.ForeignKeyConstraint(
            ["policy_version"], ["owned.scoring_policy.version"], name=op.f("fk_release_policy_version_scoring_policy")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        schema="owned",
    )


def seed() -> None:
    at = datetime(2000, 1, 1, tzinfo=UTC)
    models = sa.table(
        "model", sa.column("version"), sa.column("name"), sa.column("features"), sa.column("trained_at"), schema="owned"
    )
    policies = sa.table(
        "scoring_policy",
        sa.column("version"),
        sa.column("document", postgresql.JSONB()),
        sa.column("changed_at"),
        sa.column("changed_by"),
        schema="owned",
    )
    releases = sa.table(
        "release", sa.column("policy_version"), sa.column("model_version"), sa.column("released_at"), schema="owned"
    )
    prior = {"version": 1, "name": "bg-nbd-prior", "features": list(FEATURES[:3]), "trained_at": at}
    policy = {
        "version": 1,
        "document": ScoringPolicy().model_dump(mode="json"),
        "changed_at": at,
        "changed_by": "churn-scoring",
    }
    op.bulk_insert(models, [prior])
    op.bulk_insert(policies, [policy])
    op.bulk_insert(releases, [{"policy_version": 1, "model_version": 1, "released_at": at}])
