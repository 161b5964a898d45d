"""Table of the tallies of propensities."""

from sqlalchemy import UUID, Column, Integer, String, Table

from campaigns.metadata import METADATA
from lealtad.db.columns import OWNED

propensity = Table(
    "propensity",
    METADATA,
    Column("offer_id", UUID, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("band", String, primary_key=True, comment="churn band, or none"),
    Column("accepted", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    schema=OWNED,
    # Room for updates in place: few rows that change with every final response.
    postgresql_with={"fillfactor": "50"},
)
