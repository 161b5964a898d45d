"""Tables of the contact policy and of the version of all rules."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Table, text
from sqlalchemy.dialects.postgresql import JSONB

from campaigns.tables import METADATA, OWNED, moment

contact_policy = Table(
    "contact_policy",
    METADATA,
    Column("version", Integer, primary_key=True, comment="the largest is in force"),
    Column("policy", JSONB, nullable=False),
    moment("changed_at", nullable=False),
    Column("changed_by", String, nullable=False),
    schema=OWNED,
)

rulebook = Table(
    "rulebook",
    METADATA,
    Column("only", Boolean, primary_key=True, server_default=text("true")),
    Column("revision", BigInteger, nullable=False, comment="grows with every change of an offer or the policy"),
    Column("hold_out_salt", String, nullable=False, comment="never changes, so that the hold-out lasts"),
    schema=OWNED,
)
