"""The table of customers."""

from sqlalchemy import (
    ARRAY,
    UUID,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    text,
)

from customer_profile.metadata import METADATA
from lealtad.db.columns import OWNED, moment

PROFILING_CHANGES = "profiling_changes_at IS NOT NULL"

customer = Table(
    "customer",
    METADATA,
    Column("id", UUID, primary_key=True),
    Column("version", Integer, nullable=False, comment="grows by one with every change; the ETag"),
    Column("status", String, nullable=False, server_default="active"),
    Column("provisional", Boolean, nullable=False, comment="known by an external id only"),
    Column("merged_into", UUID, nullable=True),
    moment("erased_at", nullable=True),
    Column("given_name", String, nullable=True),
    Column("family_name", String, nullable=True),
    Column("organisation", String, nullable=True),
    Column("birth_date", Date, nullable=True, comment="only the year is shared"),
    Column("country", String(2), nullable=True),
    Column("region", String, nullable=True),
    Column("stratum", SmallInteger, nullable=True),
    Column("language", String(2), nullable=True),
    Column("time_zone", String, nullable=True),
    Column("preferred_channels", ARRAY(String), nullable=False, server_default=text("'{}'")),
    Column("contact_from", String(5), nullable=True, comment="local hour, HH:MM"),
    Column("contact_until", String(5), nullable=True),
    Column("do_not_contact_reason", String, nullable=True, comment="null: may be contacted"),
    moment("do_not_contact_since", nullable=True),
    Column("profiling_basis", String, nullable=False, server_default="objection", comment="it was last looked at by"),
    Column("profiling_allowed", Boolean, nullable=False, server_default=text("true"), comment="as announced last"),
    moment("profiling_changes_at", nullable=True, comment="when time alone may change it"),
    moment("registered_at", nullable=False),
    moment("updated_at", nullable=False),
    # For lists by country, and of provisional customers only, the newest first.
    Index("ix_customer_country", "country", "id"),
    Index("ix_customer_provisional", "id", postgresql_where=text("provisional")),
    # For reviews of profiling: those due by time, and those after another basis came into force.
    Index("ix_customer_profiling_changes_at", "profiling_changes_at", postgresql_where=text(PROFILING_CHANGES)),
    Index("ix_customer_profiling_basis", "profiling_basis", "id"),
    schema=OWNED,
)
