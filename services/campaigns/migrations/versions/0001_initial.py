"""Create the service's tables; ship the default offers and the default contact policy."""

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
    ship_policy()
    ship_offers()


def create_tables() -> None:
    op.create_table(
        "appearance",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column(
            "first_activity_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="business time of the earliest fact",
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_appearance")),
        schema="derived",
    )
    op.create_table(
        "churn_score",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("probability", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("band", sa.String(), nullable=True),
        sa.Column("value_at_risk", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("model", sa.String(), nullable=True, comment="name and version"),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_churn_score")),
        schema="derived",
    )
    op.create_table(
        "complaint_case",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=True, comment="null: not attached yet"),
        sa.Column("mutes", sa.Boolean(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_complaint_case")),
        schema="derived",
    )
    op.create_index("ix_complaint_case_customer_id", "complaint_case", ["customer_id"], unique=False, schema="derived")
    op.create_table(
        "contract",
        sa.Column("contract_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
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
        sa.Column("do_not_contact", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=True),
        sa.Column("contact_start", sa.String(), nullable=True),
        sa.Column("contact_end", sa.String(), nullable=True),
        sa.Column("preferred_channels", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("consents", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
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
        "membership",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column(
            "segments",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="key of each segment and the version evaluated",
        ),
        sa.Column("tier", sa.String(), nullable=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_membership")),
        schema="derived",
    )
    op.create_table(
        "contact",
        sa.Column("contact_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("decision_id", sa.UUID(), nullable=False),
        sa.Column("offer_id", sa.UUID(), nullable=False),
        sa.Column("offer_key", sa.String(), nullable=False),
        sa.Column("offer_version", sa.Integer(), nullable=False),
        sa.Column("offer_kind", sa.String(), nullable=False),
        sa.Column("contact_class", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False, comment="spends a slot of the caps"),
        sa.Column("status", sa.String(), nullable=False, comment="reserved, confirmed or released"),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="reserved at, once confirmed: took place at; business time",
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("release_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_contact")),
        schema="owned",
    )
    op.create_index(
        "ix_contact_customer_id_at", "contact", ["customer_id", "at", "contact_id"], unique=False, schema="owned"
    )
    op.create_index(
        "ix_contact_expires_at",
        "contact",
        ["expires_at"],
        unique=False,
        schema="owned",
        postgresql_where=sa.text("status = 'reserved'"),
    )
    op.create_index(
        "uq_contact_decision_id",
        "contact",
        ["decision_id"],
        unique=True,
        schema="owned",
        postgresql_where=sa.text("status <> 'released'"),
    )
    op.create_table(
        "contact_policy",
        sa.Column("version", sa.Integer(), nullable=False, comment="the largest is in force"),
        sa.Column("policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_contact_policy")),
        schema="owned",
    )
    op.create_table(
        "decision",
        sa.Column("decision_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column(
            "origin", sa.String(), nullable=False, comment="standing: followed from events or time; asked: by a channel"
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False, comment="business time"),
        sa.Column("offer_id", sa.UUID(), nullable=True, comment="null: no action"),
        sa.Column("offer_key", sa.String(), nullable=True),
        sa.Column("offer_version", sa.Integer(), nullable=True),
        sa.Column("offer_kind", sa.String(), nullable=True),
        sa.Column("contact_class", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("band", sa.String(), nullable=True, comment="churn band of the propensity's cell"),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("mute", sa.String(), nullable=True),
        sa.Column("priority", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("probability", sa.Double(), nullable=True, comment="of the action under the exploration in force"),
        sa.Column("contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("held_out", sa.Boolean(), nullable=False, comment="arm of the universal hold-out"),
        sa.Column("seed", sa.UUID(), nullable=False, comment="the decision at which propensities were drawn"),
        sa.Column(
            "inputs",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="score, segments and cases with as-of, ages of the inputs",
        ),
        sa.Column("ranked", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ruled_out", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("causes", sa.ARRAY(sa.UUID()), nullable=False),
        sa.Column("cause_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decision")),
        schema="owned",
    )
    op.create_index(
        "ix_decision_customer_id_decision_id",
        "decision",
        ["customer_id", "decision_id"],
        unique=False,
        schema="owned",
    )
    op.create_table(
        "next_best_action",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("decision_id", sa.UUID(), nullable=True, comment="null: locked before the first decision"),
        sa.Column("offer_id", sa.UUID(), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("mute", sa.String(), nullable=True),
        sa.Column("seed", sa.UUID(), nullable=True, comment="null: propensities are drawn anew at the next decision"),
        sa.Column("drawn_until", sa.DateTime(timezone=True), nullable=True, comment="the draw holds so long"),
        sa.Column(
            "next_due_at", sa.DateTime(timezone=True), nullable=True, comment="when time alone can change the answer"
        ),
        sa.Column(
            "rulebook", sa.BigInteger(), server_default=sa.text("0"), nullable=False, comment="revision decided under"
        ),
        sa.Column("awaits_inputs", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_next_best_action")),
        schema="owned",
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index(
        "ix_next_best_action_awaits_inputs",
        "next_best_action",
        ["customer_id"],
        unique=False,
        schema="owned",
        postgresql_where=sa.text("awaits_inputs"),
    )
    op.create_index(
        "ix_next_best_action_next_due_at",
        "next_best_action",
        ["next_due_at"],
        unique=False,
        schema="owned",
        postgresql_where=sa.text("next_due_at IS NOT NULL"),
    )
    op.create_index("ix_next_best_action_rulebook", "next_best_action", ["rulebook"], unique=False, schema="owned")
    op.create_table(
        "offer",
        sa.Column("offer_id", sa.UUID(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="the one in force; the ETag"),
        sa.Column("withdrawn", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("offer_id", name=op.f("pk_offer")),
        sa.UniqueConstraint("key", name=op.f("uq_offer_key")),
        schema="owned",
    )
    op.create_table(
        "propensity",
        sa.Column("offer_id", sa.UUID(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("band", sa.String(), nullable=False, comment="churn band, or none"),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("offer_id", "channel", "band", name=op.f("pk_propensity")),
        schema="owned",
        postgresql_with={"fillfactor": "50"},
    )
    op.create_table(
        "response",
        sa.Column("decision_id", sa.UUID(), nullable=False),
        sa.Column("response", sa.String(), nullable=False, comment="presented, accepted or rejected, each once"),
        sa.Column("response_id", sa.UUID(), nullable=False, comment="id of its event"),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("offer_id", sa.UUID(), nullable=False),
        sa.Column("offer_kind", sa.String(), nullable=False),
        sa.Column("promotional", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False, comment="business time"),
        sa.PrimaryKeyConstraint("decision_id", "response", name=op.f("pk_response")),
        schema="owned",
    )
    op.create_index(
        "ix_response_customer_id_occurred_at", "response", ["customer_id", "occurred_at"], unique=False, schema="owned"
    )
    op.create_table(
        "rulebook",
        sa.Column("only", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "revision", sa.BigInteger(), nullable=False, comment="grows with every change of an offer or the policy"
        ),
        sa.Column("hold_out_salt", sa.String(), nullable=False, comment="never changes, so that the hold-out lasts"),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_rulebook")),
        schema="owned",
    )
    op.create_table(
        "offer_acceptances",
        sa.Column("offer_id", sa.UUID(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False, comment="over all customers, for the total limit"),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["owned.offer.offer_id"], name=op.f("fk_offer_acceptances_offer_id_offer")
        ),
        sa.PrimaryKeyConstraint("offer_id", name=op.f("pk_offer_acceptances")),
        schema="owned",
        postgresql_with={"fillfactor": "50"},
    )
    op.create_table(
        "offer_version",
        sa.Column("offer_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["owned.offer.offer_id"], name=op.f("fk_offer_version_offer_id_offer")),
        sa.PrimaryKeyConstraint("offer_id", "version", name=op.f("pk_offer_version")),
        schema="owned",
    )


def ship_policy() -> None:
    """Put the shipped policy in force, and draw the salt of the hold-out once and for all."""
    policy = files("campaigns.policy").joinpath("defaults.json").read_text()
    execute(
        "INSERT INTO owned.contact_policy (version, policy, changed_at, changed_by)"
        " VALUES (1, CAST(:policy AS jsonb), now(), 'shipped')",
        {"policy": policy},
    )
    execute("INSERT INTO owned.rulebook (revision, hold_out_salt) VALUES (1, CAST(gen_random_uuid() AS text))", {})


def ship_offers() -> None:
    """Put the shipped offers on offer."""
    for item in json.loads(files("campaigns.offers").joinpath("defaults.json").read_text()):
        key = item.pop("key")
        values = {"id": uuid5(NAMESPACE_URL, f"lealtad:offer:{key}"), "key": key, "terms": json.dumps(item)}
        execute(
            "INSERT INTO owned.offer (offer_id, key, version, terms, changed_at, changed_by)"
            " VALUES (:id, :key, 1, CAST(:terms AS jsonb), now(), 'shipped')",
            values,
        )
        execute(
            "INSERT INTO owned.offer_version (offer_id, version, withdrawn, terms, changed_at, changed_by)"
            " VALUES (:id, 1, false, CAST(:terms AS jsonb), now(), 'shipped')",
            {name: values[name] for name in ("id", "terms")},
        )


def execute(statement: str, values: dict[str, object]) -> None:
    op.get_bind().execute(sa.text(statement), values)
