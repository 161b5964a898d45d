"""The copy of customers: ids, status, and whether profiling is allowed."""

from typing import Any

from sqlalchemy import Boolean, Column, text

from churn_scoring.metadata import METADATA
from lealtad.customers import CustomerCopy
from lealtad.events.catalog.customer_profile import CustomerState


def attributes(state: CustomerState) -> dict[str, Any]:
    """Return the additional columns of a customer's row."""
    return {"profiling_allowed": state.profiling_allowed}


CUSTOMERS = CustomerCopy(
    METADATA,
    Column("profiling_allowed", Boolean, nullable=False, server_default=text("true")),
    attributes_of=attributes,
)
