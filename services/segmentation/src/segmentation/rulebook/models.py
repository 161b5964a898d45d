"""Table of the revision of the rulebook."""

from sqlalchemy import UUID, Boolean, Column, Table, text

from lealtad.db.columns import OWNED
from segmentation.metadata import METADATA

rulebook = Table(
    "rulebook",
    METADATA,
    Column("only", Boolean, primary_key=True, server_default=text("true")),
    Column("revision", UUID, nullable=False),
    schema=OWNED,
)
"""One row: another id whenever another set of versions, boundaries or policy is in force."""
