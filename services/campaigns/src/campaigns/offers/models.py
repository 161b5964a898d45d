"""Tables of the offer catalogue."""

from sqlalchemy import UUID, Boolean, Column, ForeignKey, Integer, String, Table, text
from sqlalchemy.dialects.postgresql import JSONB

from campaigns.metadata import METADATA
from lealtad.db.columns import OWNED, moment

offer = Table(
    "offer",
    METADATA,
    Column("offer_id", UUID, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("version", Integer, nullable=False, comment="the one in force; the ETag"),
    Column("withdrawn", Boolean, nullable=False, server_default=text("false")),
    Column("terms", JSONB, nullable=False),
    moment("changed_at", nullable=False),
    Column("changed_by", String, nullable=False),
    schema=OWNED,
)

offer_version = Table(
    "offer_version",
    METADATA,
    Column("offer_id", UUID, ForeignKey(offer.c.offer_id), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("withdrawn", Boolean, nullable=False),
    Column("terms", JSONB, nullable=False),
    moment("changed_at", nullable=False),
    Column("changed_by", String, nullable=False),
    schema=OWNED,
)

offer_acceptances = Table(
    "offer_acceptances",
    METADATA,
    Column("offer_id", UUID, ForeignKey(offer.c.offer_id), primary_key=True),
    Column("accepted", Integer, nullable=False, comment="over all customers, for the total limit"),
    schema=OWNED,
    # Room for updates in place: the row changes with every acceptance.
    postgresql_with={"fillfactor": "50"},
)
