"""Table of the taxonomy of causes."""

from sqlalchemy import Boolean, Column, Integer, String, Table
from sqlalchemy.dialects.postgresql import JSONB

from complaints.metadata import METADATA
from lealtad.db.columns import OWNED

cause = Table(
    "cause",
    METADATA,
    Column("code", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("names", JSONB, nullable=False, comment="name by language, ISO 639-1"),
    Column("retired", Boolean, nullable=False, comment="kept for old cases, refused for new ones"),
    schema=OWNED,
)
