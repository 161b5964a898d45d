"""Create the service's tables; seed the service policy and the taxonomy of causes."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lealtad.db.migrations import create_platform_tables

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


REFUSE_CHANGE = """
CREATE FUNCTION owned.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of a case only grows: % is refused', TG_OP;
END $$
"""
ONLY_GROWS = """
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON owned.case_history
    FOR EACH STATEMENT EXECUTE FUNCTION owned.refuse_change()
"""


def upgrade() -> None:
    create_platform_tables(op)
    create_derived_tables()
    create_definitions()
    create_cases()
    create_history()


def create_derived_tables() -> None:
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
        sa.PrimaryKeyConstraint("source", "external_id", "customer_id", name=op.f("pk_customer_external_id")),
        schema="derived",
    )
    op.create_index(
        "ix_customer_external_id_customer_id", "customer_external_id", ["customer_id"], unique=False, schema="derived"
    )
    op.create_table(
        "gesture",
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("response", sa.String(), nullable=False, comment="presented, accepted or rejected"),
        sa.Column("offer_key", sa.String(), nullable=False),
        sa.Column("offer_version", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.UUID(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False, comment="business time"),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_gesture")),
        schema="derived",
    )
    op.create_index("ix_gesture_customer_id", "gesture", ["customer_id"], unique=False, schema="derived")
    op.create_table(
        "service_tier",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("tier", sa.String(), nullable=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False, comment="business time"),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_service_tier")),
        schema="derived",
    )


def create_definitions() -> None:
    causes = op.create_table(
        "cause",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "names", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="name by language, ISO 639-1"
        ),
        sa.Column("retired", sa.Boolean(), nullable=False, comment="kept for old cases, refused for new ones"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_cause")),
        schema="owned",
    )
    policies = op.create_table(
        "service_policy",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False, comment="business time"),
        sa.Column("actor", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_service_policy")),
        schema="owned",
    )
    shipped_causes = json.loads(files("complaints.causes").joinpath("defaults.json").read_text())
    names = [{"code": code, "version": 1, "names": names, "retired": False} for code, names in shipped_causes.items()]
    op.bulk_insert(causes, names)
    policy = json.loads(files("complaints.policy").joinpath("defaults.json").read_text())
    seeded_at = datetime(2000, 1, 1, tzinfo=UTC)
    op.bulk_insert(policies, [{"version": 1, "document": policy, "set_at": seeded_at, "actor": "complaints"}])


def create_cases() -> None:
    op.create_table(
        "service_case",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_system", sa.String(), nullable=True),
        sa.Column("source_fact_id", sa.String(), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True, comment="digest of what the source said"),
        sa.Column(
            "receipt",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="the first answer, given again when the fact is repeated",
        ),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("product_line", sa.String(), nullable=True),
        sa.Column("about_system", sa.String(), nullable=True, comment="the fact that the case is about"),
        sa.Column("about_fact_id", sa.String(), nullable=True),
        sa.Column("named_customer_id", sa.UUID(), nullable=True, comment="how the customer was named at intake"),
        sa.Column("named_source", sa.String(), nullable=True),
        sa.Column("named_external_id", sa.String(), nullable=True),
        sa.Column("mutes", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False, comment="business time"),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("version", sa.Integer(), nullable=False, comment="number of the last history entry; the ETag"),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("clock_started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tier", sa.String(), nullable=True, comment="service tier that the due time was computed with"),
        sa.Column("customer_id", sa.UUID(), nullable=True),
        sa.Column("assignee", sa.String(), nullable=True),
        sa.Column("queue", sa.String(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "close_at", sa.DateTime(timezone=True), nullable=True, comment="when a resolved case closes by itself"
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_count", sa.Integer(), nullable=False),
        sa.Column(
            "next_due_at", sa.DateTime(timezone=True), nullable=True, comment="when time alone changes the case next"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_case")),
        schema="owned",
        postgresql_with={"fillfactor": "80"},
    )
    op.create_index(
        "ix_service_case_customer_id_due_at_id",
        "service_case",
        ["customer_id", "due_at", "id"],
        unique=False,
        schema="owned",
    )
    op.create_index("ix_service_case_due_at_id", "service_case", ["due_at", "id"], unique=False, schema="owned")
    op.create_index(
        "ix_service_case_named_customer_id",
        "service_case",
        ["named_customer_id"],
        unique=False,
        schema="owned",
        postgresql_where=sa.text("customer_id IS NULL"),
    )
    op.create_index(
        "ix_service_case_named_external_id",
        "service_case",
        ["named_source", "named_external_id"],
        unique=False,
        schema="owned",
        postgresql_where=sa.text("customer_id IS NULL"),
    )
    op.create_index(
        "ix_service_case_next_due_at",
        "service_case",
        ["next_due_at"],
        unique=False,
        schema="owned",
        postgresql_where=sa.text("next_due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_service_case_status_due_at_id", "service_case", ["status", "due_at", "id"], unique=False, schema="owned"
    )
    op.create_index(
        "uq_service_case_source", "service_case", ["source_system", "source_fact_id"], unique=True, schema="owned"
    )


def create_history() -> None:
    op.create_table(
        "case_history",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="business time"),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("actor", sa.String(), nullable=False, comment="technical name of who did it"),
        sa.Column("status", sa.String(), nullable=False, comment="after the entry"),
        sa.Column("customer_id", sa.UUID(), nullable=True),
        sa.Column("tier", sa.String(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("close_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assignee", sa.String(), nullable=True),
        sa.Column("queue", sa.String(), nullable=True),
        sa.Column("text_id", sa.UUID(), nullable=True),
        sa.Column("gesture_id", sa.UUID(), nullable=True, comment="event of the gesture that is noted"),
        sa.Column("event_id", sa.UUID(), nullable=True, comment="event that announced the entry"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["owned.service_case.id"], name=op.f("fk_case_history_case_id_service_case")
        ),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_case_history")),
        schema="owned",
    )
    op.create_index(
        "uq_case_history_gesture_id",
        "case_history",
        ["gesture_id"],
        unique=True,
        schema="owned",
        postgresql_where=sa.text("gesture_id IS NOT NULL"),
    )
    op.create_table(
        "case_text",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="personal data; leaves this table in no event and no log"),
        sa.ForeignKeyConstraint(["case_id"], ["owned.service_case.id"], name=op.f("fk_case_text_case_id_service_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_text")),
        schema="owned",
    )
    op.create_index("ix_case_text_case_id", "case_text", ["case_id"], unique=False, schema="owned")
    op.execute(REFUSE_CHANGE)
    op.execute(ONLY_GROWS)
