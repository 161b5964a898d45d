"""Examples of batches for the API's documentation."""

from typing import Any

from pydantic import JsonValue

from customer_profile.customers.examples import NEW_CUSTOMER
from customer_profile.facts.kinds import purchase, purchase_return, touchpoint

LIVE_EXAMPLE: dict[str, Any] = {
    "mode": "live",
    "facts": [purchase.EXAMPLE, purchase_return.EXAMPLE, touchpoint.EXAMPLE],
}
BACKFILL_EXAMPLE: dict[str, Any] = {
    "mode": "backfill",
    "facts": [
        {
            **purchase.EXAMPLE,
            "source": {"system": "web-shop", "fact_id": "489434"},
            "occurred_at": "1998-12-01T07:45:00+00:00",
        },
        {
            **touchpoint.EXAMPLE,
            "source": {"system": "web-shop", "fact_id": "visit-1"},
            "occurred_at": "1999-02-11T16:30:00+00:00",
        },
    ],
}

_COMPANY: JsonValue = {
    "external_ids": [{"source": "web-shop", "external_id": "13047"}],
    "organisation": "Flores del Río SAS",
}
CUSTOMER_BATCH: dict[str, JsonValue] = {"customers": [NEW_CUSTOMER, _COMPANY]}
"""A batch of registrations."""
