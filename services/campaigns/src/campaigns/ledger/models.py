"""Table of the contact ledger."""

from sqlalchemy import UUID, Boolean, Column, Index, Integer, String, Table, text

from campaigns.metadata import METADATA
from lealtad.db.columns import OWNED, moment

contact = Table(
    "contact",
    METADATA,
    Column("contact_id", UUID, primary_key=True),
    Column("customer_id", UUID, nullable=False),
    Column("decision_id", UUID, nullable=False),
    Column("offer_id", UUID, nullable=False),
    Column("offer_key", String, nullable=False),
    Column("offer_version", Integer, nullable=False),
    Column("offer_kind", String, nullable=False),
    Column("contact_class", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("counts", Boolean, nullable=False, comment="spends a slot of the caps"),
    Column("status", String, nullable=False, comment="reserved, confirmed or released"),
    moment("at", nullable=False, comment="reserved for, once confirmed: took place at; business time"),
    moment("expires_at"),
    Column("release_reason", String),
    Column(
        "rule", String, comment="ended the reservation, or stood when a contact took place that was told afterwards"
    ),
    # List a customer's slots, newest first. A decision reads those inside the widest cap.
    Index("ix_contact_customer_id_at", "customer_id", "at", "contact_id"),
    # A decision has at most one slot that is reserved or confirmed.
    Index("uq_contact_decision_id", "decision_id", unique=True, postgresql_where=text("status <> 'released'")),
    # A decision checks each reserved slot of its customers against the rules.
    Index("ix_contact_customer_id_reserved", "customer_id", postgresql_where=text("status = 'reserved'")),
    # Find expired reservations.
    Index("ix_contact_expires_at", "expires_at", postgresql_where=text("status = 'reserved'")),
    schema=OWNED,
)
