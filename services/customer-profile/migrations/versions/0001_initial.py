"""Create the service's tables and ship the intake policy."""

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
    create_owned_tables()
    create_derived_tables()
    ship_intake_policy()


def create_owned_tables() -> None:
    op.create_table(
        "customer",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="grows by one with every change; the ETag"),
        sa.Column("status", sa.String(), server_default="active", nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False, comment="known by an external id only"),
        sa.Column("merged_into", sa.UUID(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_name", sa.String(), nullable=True),
        sa.Column("family_name", sa.String(), nullable=True),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True, comment="only the year is shared"),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("stratum", sa.SmallInteger(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=True),
        sa.Column("preferred_channels", sa.ARRAY(sa.String()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("contact_from", sa.String(length=5), nullable=True, comment="local hour, HH:MM"),
        sa.Column("contact_until", sa.String(length=5), nullable=True),
        sa.Column("do_not_contact_reason", sa.String(), nullable=True, comment="null: may be contacted"),
        sa.Column("do_not_contact_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customer"),
        schema="owned",
    )
    op.create_index("ix_customer_country", "customer", ["country", "id"], unique=False, schema="owned")
    op.create_index(
        "ix_customer_provisional",
        "customer",
        ["id"],
        unique=False,
        schema="owned",
        postgresql_where=sa.text("provisional"),
    )
    op.create_table(
        "intake_policy",
        sa.Column("version", sa.Integer(), nullable=False, comment="the largest is in force"),
        sa.Column("unknown_customers", sa.String(), nullable=False, comment="create or refuse"),
        sa.Column("future_tolerance_s", sa.Integer(), nullable=False),
        sa.Column("oldest_age_days", sa.Integer(), nullable=False),
        sa.Column("phone_regions", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("document_formats", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, comment="business time"),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_intake_policy"),
        schema="owned",
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=True, comment="null: all channels"),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False, comment="business time"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.String(), nullable=False, comment="where the customer said so"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, comment="system time"),
        sa.ForeignKeyConstraint(["customer_id"], ["owned.customer.id"], name="fk_consent_customer_id_customer"),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
        sa.UniqueConstraint(
            "customer_id",
            "purpose",
            "channel",
            "given_at",
            "granted",
            "expires_at",
            name="uq_consent_word",
            postgresql_nulls_not_distinct=True,
        ),
        schema="owned",
    )
    op.create_table(
        "contact_point",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False, comment="email or phone"),
        sa.Column("value", sa.String(), nullable=False, comment="normal form: RFC 5321 address, E.164 number"),
        sa.Column("place", sa.SmallInteger(), nullable=False, comment="0 is the preferred one"),
        sa.ForeignKeyConstraint(["customer_id"], ["owned.customer.id"], name="fk_contact_point_customer_id_customer"),
        sa.PrimaryKeyConstraint("customer_id", "kind", "value", name="pk_contact_point"),
        schema="owned",
    )
    op.create_table(
        "customer_external_id",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["owned.customer.id"], name="fk_customer_external_id_customer_id_customer"
        ),
        sa.PrimaryKeyConstraint("source", "external_id", name="pk_customer_external_id"),
        schema="owned",
    )
    op.create_index(
        "ix_customer_external_id_customer_id",
        "customer_external_id",
        ["customer_id"],
        unique=False,
        schema="owned",
    )
    op.create_table(
        "customer_totals",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("purchases", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("purchased", sa.Numeric(precision=18, scale=4), server_default=sa.text("0"), nullable=False),
        sa.Column("returns", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("returned", sa.Numeric(precision=18, scale=4), server_default=sa.text("0"), nullable=False),
        sa.Column("payments", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("paid", sa.Numeric(precision=18, scale=4), server_default=sa.text("0"), nullable=False),
        sa.Column("failed_payments", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("touchpoints", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("first_purchase_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_purchase_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_touchpoint_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["owned.customer.id"], name="fk_customer_totals_customer_id_customer"),
        sa.PrimaryKeyConstraint("customer_id", name="pk_customer_totals"),
        schema="owned",
        postgresql_with={"fillfactor": "70"},
    )
    op.create_table(
        "fact",
        sa.Column("id", sa.UUID(), nullable=False, comment="the id of its event"),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("source_system", sa.String(), nullable=False),
        sa.Column("source_fact_id", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False, comment="business time"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, comment="system time"),
        sa.Column(
            "fingerprint",
            sa.LargeBinary(),
            nullable=False,
            comment="of the content; tells a repeat from a conflict",
        ),
        sa.Column("sequence", sa.BigInteger(), nullable=False, comment="of its event, per customer"),
        sa.Column(
            "data",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="of its event, so that it can be published again",
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["owned.customer.id"], name="fk_fact_customer_id_customer"),
        sa.PrimaryKeyConstraint("id", name="pk_fact"),
        sa.UniqueConstraint("source_system", "source_fact_id", name="uq_fact_source"),
        schema="owned",
    )
    op.create_index(
        "ix_fact_customer",
        "fact",
        ["customer_id", "kind", sa.literal_column("occurred_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="owned",
    )
    op.create_index("ix_fact_kind", "fact", ["kind", "id"], unique=False, schema="owned")
    op.create_table(
        "identity_document",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["owned.customer.id"], name="fk_identity_document_customer_id_customer"
        ),
        sa.PrimaryKeyConstraint("customer_id", "country", "kind", name="pk_identity_document"),
        schema="owned",
    )
    op.create_table(
        "contract",
        sa.Column("id", sa.UUID(), nullable=False, comment="the fact that started it"),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("product_line", sa.String(), nullable=False),
        sa.Column("monthly_amount", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="business time of the newest change",
        ),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["owned.customer.id"], name="fk_contract_customer_id_customer"),
        sa.ForeignKeyConstraint(["id"], ["owned.fact.id"], name="fk_contract_id_fact"),
        sa.PrimaryKeyConstraint("id", name="pk_contract"),
        schema="owned",
    )
    op.create_index("ix_contract_customer_id", "contract", ["customer_id", "id"], unique=False, schema="owned")
    op.create_table(
        "matched_return",
        sa.Column("return_id", sa.UUID(), nullable=False),
        sa.Column("purchase_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["purchase_id"], ["owned.fact.id"], name="fk_matched_return_purchase_id_fact"),
        sa.ForeignKeyConstraint(["return_id"], ["owned.fact.id"], name="fk_matched_return_return_id_fact"),
        sa.PrimaryKeyConstraint("return_id", name="pk_matched_return"),
        schema="owned",
    )
    op.create_index("ix_matched_return_purchase_id", "matched_return", ["purchase_id"], unique=False, schema="owned")


def create_derived_tables() -> None:
    op.create_table(
        "announced",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("part", sa.String(), nullable=False, comment="segments, score or next_best_action"),
        sa.Column(
            "sequence",
            sa.BigInteger(),
            nullable=False,
            comment="of the newest event; an older one changes nothing",
        ),
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False, comment="business time"),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "part", name="pk_announced"),
        schema="derived",
    )
    op.create_table(
        "complaint_case",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="an older one changes nothing"),
        sa.Column("customer_id", sa.UUID(), nullable=True, comment="null until the case is attached"),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False, comment="business time of the newest change"),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_complaint_case"),
        schema="derived",
    )
    op.create_index(
        "ix_complaint_case_customer_id",
        "complaint_case",
        ["customer_id", "opened_at"],
        unique=False,
        schema="derived",
    )
    op.create_table(
        "offer_response",
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("response", sa.String(), nullable=False, comment="presented, accepted or rejected"),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_offer_response"),
        schema="derived",
    )
    op.create_index(
        "ix_offer_response_customer_id",
        "offer_response",
        ["customer_id", "occurred_at"],
        unique=False,
        schema="derived",
    )


def ship_intake_policy() -> None:
    op.execute(
        """
        INSERT INTO owned.intake_policy (
            version, unknown_customers, future_tolerance_s, oldest_age_days, phone_regions, document_formats,
            changed_at, changed_by
        )
        VALUES (1, 'create', 300, 3650, '{CO,ES}', '{es.dni,es.nie,mx.curp,it.codicefiscale}', now(), 'shipped')
        """
    )
