"""Create the service's tables and ship the default segments and value policy."""

import json
from importlib.resources import files
from uuid import NAMESPACE_URL, uuid5

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lealtad.db.migrations import create_platform_tables

revision: str = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_platform_tables(op)
    create_tables()
    ship_segments()
    ship_value_policy()


def create_tables() -> None:
    op.create_table(
        "activity_day",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("purchases", sa.Integer(), server_default="0", nullable=False),
        sa.Column("returns", sa.Integer(), server_default="0", nullable=False),
        sa.Column("payments", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed_payments", sa.Integer(), server_default="0", nullable=False),
        sa.Column("touchpoints", sa.Integer(), server_default="0", nullable=False),
        sa.Column("bad_touchpoints", sa.Integer(), server_default="0", nullable=False),
        sa.Column("offers_accepted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("offers_rejected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("purchase_amount", sa.Numeric(precision=18, scale=4), server_default="0", nullable=False),
        sa.Column("returned_amount", sa.Numeric(precision=18, scale=4), server_default="0", nullable=False),
        sa.Column("paid_amount", sa.Numeric(precision=18, scale=4), server_default="0", nullable=False),
        sa.Column("largest_purchase", sa.Numeric(precision=18, scale=4), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "day", name=op.f("pk_activity_day")),
        schema="derived",
        postgresql_with={"fillfactor": "80"},
    )
    op.create_table(
        "activity_fact",
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_activity_fact")),
        schema="derived",
    )
    op.create_table(
        "activity_line_day",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("product_line", sa.String(), nullable=False),
        sa.Column("purchases", sa.Integer(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("purchase_amount", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("returned_amount", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "day", "product_line", name=op.f("pk_activity_line_day")),
        schema="derived",
        postgresql_with={"fillfactor": "80"},
    )
    op.create_table(
        "activity_total",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("purchases", sa.Integer(), server_default="0", nullable=False),
        sa.Column("returns", sa.Integer(), server_default="0", nullable=False),
        sa.Column("payments", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed_payments", sa.Integer(), server_default="0", nullable=False),
        sa.Column("touchpoints", sa.Integer(), server_default="0", nullable=False),
        sa.Column("bad_touchpoints", sa.Integer(), server_default="0", nullable=False),
        sa.Column("offers_accepted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("offers_rejected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("purchase_amount", sa.Numeric(precision=18, scale=4), server_default="0", nullable=False),
        sa.Column("returned_amount", sa.Numeric(precision=18, scale=4), server_default="0", nullable=False),
        sa.Column("paid_amount", sa.Numeric(precision=18, scale=4), server_default="0", nullable=False),
        sa.Column("largest_purchase", sa.Numeric(precision=18, scale=4), server_default="0", nullable=False),
        sa.Column("first_purchase", sa.Date(), nullable=True),
        sa.Column("last_purchase", sa.Date(), nullable=True),
        sa.Column("last_return", sa.Date(), nullable=True),
        sa.Column("last_payment", sa.Date(), nullable=True),
        sa.Column("last_failed_payment", sa.Date(), nullable=True),
        sa.Column("last_touchpoint", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_activity_total")),
        schema="derived",
        postgresql_with={"fillfactor": "80"},
    )
    op.create_table(
        "churn_score",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("probability", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("band", sa.String(), nullable=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_churn_score")),
        schema="derived",
    )
    op.create_table(
        "complaint_case",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("mutes", sa.Boolean(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_complaint_case")),
        schema="derived",
    )
    op.create_index("ix_complaint_case_customer_id", "complaint_case", ["customer_id"], unique=False, schema="derived")
    op.create_table(
        "contract",
        sa.Column("contract_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("product_line", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_contract")),
        schema="derived",
    )
    op.create_index("ix_contract_customer_id", "contract", ["customer_id"], unique=False, schema="derived")
    op.create_table(
        "customer",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("merged_into", sa.UUID(), nullable=True),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("stratum", sa.SmallInteger(), nullable=True),
        sa.Column("birth_year", sa.SmallInteger(), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer")),
        schema="derived",
    )
    op.create_table(
        "customer_external_id",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("source", "external_id", "customer_id", name=op.f("pk_customer_external_id")),
        schema="derived",
    )
    op.create_index(
        "ix_customer_external_id_customer_id", "customer_external_id", ["customer_id"], unique=False, schema="derived"
    )
    op.create_table(
        "draft_membership",
        sa.Column("segment_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("segment_id", "customer_id", name=op.f("pk_draft_membership")),
        schema="owned",
    )
    op.create_index(
        "ix_draft_membership_customer_id", "draft_membership", ["customer_id"], unique=False, schema="owned"
    )
    op.create_table(
        "membership",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("segment_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause_id", sa.UUID(), nullable=False),
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "segment_id", name=op.f("pk_membership")),
        schema="owned",
    )
    op.create_index(
        "ix_membership_segment_id_customer_id",
        "membership",
        ["segment_id", "customer_id"],
        unique=False,
        schema="owned",
    )
    op.create_table(
        "preparation",
        sa.Column("segment_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("after", sa.UUID(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evaluated", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("complete", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("segment_id", "version", name=op.f("pk_preparation")),
        schema="owned",
    )
    op.create_table(
        "rulebook",
        sa.Column("only", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("revision", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_rulebook")),
        schema="owned",
    )
    op.create_table(
        "segment",
        sa.Column("segment_id", sa.UUID(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("latest_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("segment_id", name=op.f("pk_segment")),
        sa.UniqueConstraint("key", name=op.f("uq_segment_key")),
        schema="owned",
    )
    op.create_table(
        "standing",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("tier", sa.String(), nullable=True),
        sa.Column("service_tier", sa.String(), nullable=True),
        sa.Column("rfm_recency", sa.SmallInteger(), nullable=True),
        sa.Column("rfm_frequency", sa.SmallInteger(), nullable=True),
        sa.Column("rfm_monetary", sa.SmallInteger(), nullable=True),
        sa.Column("last_purchase", sa.Date(), nullable=True),
        sa.Column("frequency", sa.Integer(), server_default="0", nullable=False),
        sa.Column("monetary", sa.Numeric(precision=18, scale=4), server_default="0", nullable=False),
        sa.Column("boundaries_version", sa.Integer(), nullable=True),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_standing")),
        schema="owned",
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index(
        "ix_standing_next_due_at",
        "standing",
        ["next_due_at"],
        unique=False,
        schema="owned",
        postgresql_where=sa.text("next_due_at IS NOT NULL"),
    )
    op.create_table(
        "value_boundaries",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("buyers", sa.Integer(), nullable=False),
        sa.Column("boundaries", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_value_boundaries")),
        schema="owned",
    )
    op.create_table(
        "value_policy",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("policy", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_value_policy")),
        schema="owned",
    )
    op.create_table(
        "value_schedule",
        sa.Column("only", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_value_schedule")),
        schema="owned",
    )
    op.create_table(
        "segment_version",
        sa.Column("segment_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("rule", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_since", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["owned.segment.segment_id"], name=op.f("fk_segment_version_segment_id_segment")
        ),
        sa.PrimaryKeyConstraint("segment_id", "version", name=op.f("pk_segment_version")),
        schema="owned",
    )
    op.create_index(
        "uq_segment_version_status",
        "segment_version",
        ["segment_id", "status"],
        unique=True,
        schema="owned",
        postgresql_where=sa.text("status IN ('active', 'preparing')"),
    )


def ship_segments() -> None:
    """Put the shipped segments in force; there is nobody yet who could be in them."""
    shipped = json.loads(files("segmentation.definitions").joinpath("defaults.json").read_text())
    for item in shipped:
        values = {
            "id": uuid5(NAMESPACE_URL, f"lealtad:segment:{item['key']}"),
            "key": item["key"],
            "name": item["name"],
            "description": item["description"],
            "rule": json.dumps(item["rule"]),
        }
        execute(
            "INSERT INTO owned.segment (segment_id, key, latest_version, created_at) VALUES (:id, :key, 1, now())",
            values,
        )
        execute(
            "INSERT INTO owned.segment_version (segment_id, version, status, name, description, rule, created_at)"
            " VALUES (:id, 1, 'active', :name, :description, CAST(:rule AS jsonb), now())",
            values,
        )
    execute("INSERT INTO owned.rulebook (revision) VALUES (gen_random_uuid())", {})


def ship_value_policy() -> None:
    """Rank by the shipped policy; boundaries are due at once, and then at the times that the policy says."""
    policy = files("segmentation.value").joinpath("defaults.json").read_text()
    execute(
        "INSERT INTO owned.value_policy (version, policy, created_at) VALUES (1, CAST(:policy AS jsonb), now())",
        {"policy": policy},
    )
    execute("INSERT INTO owned.value_schedule (next_due_at) VALUES ('1970-01-01T00:00:00Z')", {})


def execute(statement: str, values: dict[str, object]) -> None:
    names = [name for name in values if f":{name}" in statement]
    op.get_bind().execute(sa.text(statement), {name: values[name] for name in names})
