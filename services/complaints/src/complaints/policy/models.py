"""Versions of the service policy; the largest is in force."""

from sqlalchemy import Column, DateTime, Integer, String, Table
from sqlalchemy.dialects.postgresql import JSONB

from complaints.metadata import METADATA

service_policy = Table(
    "service_policy",
    METADATA,
    Column("version", Integer, primary_key=True),
    Column("document", JSONB, nullable=False),
    Column("set_at", DateTime(timezone=True), nullable=False, comment="business time"),
    Column("actor", String, nullable=False),
    schema="owned",
)
