"""What scoring keeps of the customers' shareable state: who they are, who is gone, and who may be profiled."""

from typing import Any

from sqlalchemy import Boolean, Column, text

from churn_scoring.metadata import METADATA
from lealtad.customers import CustomerCopy
from lealtad.events.catalog.customer_profile import CustomerState


def attributes(state: CustomerState) -> dict[str, Any]:
    """Return the columns that scoring needs."""
    return {"profiling_allowed": state.profiling_allowed}


CUSTOMERS = CustomerCopy(
    METADATA,
    Column("profiling_allowed", Boolean, nullable=False, server_default=text("true")),
    attributes_of=attributes,
)
