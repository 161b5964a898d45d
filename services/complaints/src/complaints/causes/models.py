"""Table of the taxonomy of causes."""

from sqlalchemy import Boolean, Column, Integer, String, Table
from sqlalchemy.dialects.postgresql import JSONB

from complaints.metadata import METADATA
from lealtad.db.columns import OWNED
from lealtad.http import Problem, conflict
from lealtad.resources import Resource


def _added_already(_code: str) -> Problem:
    return conflict(
        "cause-exists",
        "The cause was added at the same moment",
        "Read the cause and send its ETag as If-Match to change it.",
    )


CAUSES = Resource(
    "cause",
    Table(
        "cause",
        METADATA,
        Column("code", String, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("names", JSONB, nullable=False, comment="name by language, ISO 639-1"),
        Column("retired", Boolean, nullable=False, comment="kept for old cases, refused for new ones"),
        schema=OWNED,
    ),
    key="code",
    taken=_added_already,
)
