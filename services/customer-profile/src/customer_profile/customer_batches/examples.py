"""A request example of the API of customer batches."""

from pydantic import JsonValue

from customer_profile.customers.examples import NEW_CUSTOMER

_COMPANY: JsonValue = {
    "external_ids": [{"source": "web-shop", "external_id": "13047"}],
    "organisation": "Flores del Río SAS",
}
CUSTOMER_BATCH: dict[str, JsonValue] = {"customers": [NEW_CUSTOMER, _COMPANY]}
