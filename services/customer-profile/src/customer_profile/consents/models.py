"""The table of consents, an append-only history."""

from sqlalchemy import UUID, Boolean, Column, ForeignKey, String, Table, UniqueConstraint

from customer_profile.metadata import METADATA
from lealtad.db.columns import OWNED, moment

consent = Table(
    "consent",
    METADATA,
    Column("id", UUID, primary_key=True),
    Column("customer_id", UUID, ForeignKey("owned.customer.id"), nullable=False),
    Column("purpose", String, nullable=False),
    Column("channel", String, nullable=True, comment="null: all channels"),
    Column("granted", Boolean, nullable=False),
    moment("given_at", nullable=False, comment="business time"),
    moment("expires_at", nullable=True),
    Column("source", String, nullable=False, comment="where the customer said so"),
    moment("recorded_at", nullable=False, comment="system time"),
    # Equal statements are kept once, whoever repeats them.
    UniqueConstraint(
        "customer_id",
        "purpose",
        "channel",
        "given_at",
        "granted",
        "expires_at",
        name="uq_consent_word",
        postgresql_nulls_not_distinct=True,
    ),
    schema=OWNED,
)
