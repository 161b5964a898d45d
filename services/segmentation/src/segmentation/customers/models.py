"""The copy of customers: the attributes that rules compare, and the permission to be profiled."""

from datetime import UTC
from typing import Any

from sqlalchemy import Boolean, Column, Date, SmallInteger, String, text

from lealtad.customers import CustomerCopy
from lealtad.events.catalog.customer_profile import CustomerState
from segmentation.metadata import METADATA


def attributes(state: CustomerState) -> dict[str, Any]:
    """Return the columns that evaluations read."""
    return {
        "profiling_allowed": state.profiling_allowed,
        "country": state.country,
        "region": state.region,
        "language": state.language,
        "stratum": state.stratum,
        "birth_year": state.birth_year,
        "registered_on": state.registered_at.astimezone(UTC).date(),
    }


CUSTOMERS = CustomerCopy(
    METADATA,
    Column("profiling_allowed", Boolean, nullable=False, server_default=text("true")),
    Column("country", String),
    Column("region", String),
    Column("language", String),
    Column("stratum", SmallInteger),
    Column("birth_year", SmallInteger),
    Column("registered_on", Date, nullable=False),
    attributes_of=attributes,
)
