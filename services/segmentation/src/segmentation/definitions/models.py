"""Tables of the segments, their versions and the preparation of new ones."""

from sqlalchemy import UUID, BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, text
from sqlalchemy.dialects.postgresql import JSONB

from lealtad.db.columns import OWNED, moment
from lealtad.http import Problem, conflict
from lealtad.resources import Resource
from segmentation.metadata import METADATA


def _key_taken(key: str) -> Problem:
    return conflict(
        "segment-key-taken",
        "The key is taken",
        f"A segment '{key}' exists already (perhaps archived). Choose another key, or change that segment.",
    )


SEGMENTS = Resource(
    "segment",
    Table(
        "segment",
        METADATA,
        Column("segment_id", UUID, primary_key=True),
        Column("key", String, nullable=False, unique=True),
        Column("latest_version", Integer, nullable=False),
        moment("created_at", nullable=False),
        moment("archived_at"),
        schema=OWNED,
    ),
    taken=_key_taken,
)

segment_version = Table(
    "segment_version",
    METADATA,
    Column("segment_id", UUID, ForeignKey(SEGMENTS.table.c.segment_id), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("status", String, nullable=False),
    Column("name", String, nullable=False),
    Column("description", String, nullable=False),
    Column("rule", JSONB, nullable=False),
    moment("created_at", nullable=False),
    moment("active_since"),
    # One version of a segment is in force, one may be in preparation.
    Index(
        "uq_segment_version_status",
        "segment_id",
        "status",
        unique=True,
        postgresql_where=text("status IN ('active', 'preparing')"),
    ),
    schema=OWNED,
)

preparation = Table(
    "preparation",
    METADATA,
    Column("segment_id", UUID, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("after", UUID, nullable=False),
    moment("started_at", nullable=False),
    Column("evaluated", BigInteger, nullable=False, server_default="0"),
    Column("complete", Boolean, nullable=False, server_default=text("false")),
    schema=OWNED,
)
"""Progress of the evaluation under a version in preparation: all customers up to `after` were evaluated."""

draft_membership = Table(
    "draft_membership",
    METADATA,
    Column("segment_id", UUID, primary_key=True),
    Column("customer_id", UUID, primary_key=True),
    Index("ix_draft_membership_customer_id", "customer_id"),
    schema=OWNED,
)
"""Members of a segment under its version in preparation; not announced."""
