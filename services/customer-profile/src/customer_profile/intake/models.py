"""Table of the intake policy."""

from sqlalchemy import ARRAY, Column, DateTime, Integer, String, Table

from customer_profile.metadata import METADATA

intake_policy = Table(
    "intake_policy",
    METADATA,
    Column("version", Integer, primary_key=True, comment="the largest is in force"),
    Column("unknown_customers", String, nullable=False, comment="create or refuse"),
    Column("future_tolerance_s", Integer, nullable=False),
    Column("oldest_age_days", Integer, nullable=False),
    Column("phone_regions", ARRAY(String), nullable=False),
    Column("document_formats", ARRAY(String), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, comment="business time"),
    Column("changed_by", String, nullable=False),
    schema="owned",
)
