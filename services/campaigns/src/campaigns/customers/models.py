"""The copy of the customers' shareable state: consents, contact hours, channels, profiling."""

from typing import Any

from sqlalchemy import ARRAY, Boolean, Column, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB

from campaigns.metadata import METADATA
from lealtad.customers import CustomerCopy
from lealtad.db.columns import moment
from lealtad.events.catalog.customer_profile import CustomerState


def attributes(state: CustomerState) -> dict[str, Any]:
    """Return the columns that decisions read."""
    hours = state.contact_hours
    return {
        "do_not_contact": state.do_not_contact,
        "profiling_allowed": state.profiling_allowed,
        "language": state.language,
        "time_zone": state.time_zone,
        "contact_start": hours.start if hours else None,
        "contact_end": hours.end if hours else None,
        "preferred_channels": state.preferred_channels,
        "consents": [consent.model_dump(mode="json") for consent in state.consents],
        "registered_at": state.registered_at,
    }


CUSTOMERS = CustomerCopy(
    METADATA,
    Column("do_not_contact", Boolean, nullable=False),
    Column("profiling_allowed", Boolean, nullable=False, server_default=text("true")),
    Column("language", String),
    Column("time_zone", String),
    Column("contact_start", String),
    Column("contact_end", String),
    Column("preferred_channels", ARRAY(String), nullable=False),
    Column("consents", JSONB, nullable=False),
    moment("registered_at", nullable=False),
    attributes_of=attributes,
)

# A decision about a customer reads rows of the records that were merged into the customer.
Index(
    "ix_customer_merged_into",
    CUSTOMERS.customer.c.merged_into,
    postgresql_where=text("merged_into IS NOT NULL"),
)
