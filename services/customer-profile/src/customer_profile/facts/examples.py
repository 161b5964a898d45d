"""Examples of facts for the API's documentation; a test sends each of them."""

from typing import Any

from pydantic import ConfigDict


def documented(*examples: dict[str, Any]) -> ConfigDict:
    """Return the configuration of a request model that shows `examples`."""
    return ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": list(examples)})


def _source(fact_id: str, **more: str) -> dict[str, str]:
    return {"system": "web-shop", "fact_id": fact_id, **more}


PURCHASE = {
    "type": "purchase",
    "customer": "web-shop:17850",
    "source": _source("536365"),
    "occurred_at": "2011-03-01T08:26:00+00:00",
    "channel": "web",
    "lines": [
        {"sku": "85123A", "product_line": "lighting", "quantity": "6", "unit_price": "2.55"},
        {"sku": "71053", "product_line": "lighting", "quantity": "6", "unit_price": "3.39"},
    ],
}
RETURN = {
    "type": "return",
    "source": _source("C536379", customer_external_id="17850"),
    "occurred_at": "2011-03-01T08:41:00+00:00",
    "purchase": "web-shop:536365",
    "lines": [{"sku": "85123A", "quantity": "1", "unit_price": "2.55"}],
    "reason": "damaged",
}
PAYMENT = {
    "type": "payment",
    "customer": "web-shop:17850",
    "source": _source("pay-1"),
    "occurred_at": "2011-03-01T08:30:00+00:00",
    "amount": {"amount": "35.64", "currency": "EUR"},
    "purchase": "web-shop:536365",
    "method": "card",
}
FAILED_PAYMENT = {
    **PAYMENT,
    "source": _source("pay-2"),
    "status": "failed",
    "method": None,
    "reason": "insufficient-funds",
}
TOUCHPOINT = {
    "type": "touchpoint",
    "customer": "web-shop:17850",
    "source": {"system": "call-centre", "fact_id": "call-77"},
    "occurred_at": "2011-03-01T08:50:00+00:00",
    "channel": "call-centre",
    "kind": "delivery-question",
    "phase": "post-sale",
    "sentiment": "negative",
    "aspect": "delivery-time",
}
CONTRACT_START = {
    "type": "contract-start",
    "customer": "web-shop:17850",
    "source": {"system": "billing", "fact_id": "K-2011-1"},
    "occurred_at": "2011-03-01T08:00:00+00:00",
    "product_line": "broadband",
    "monthly_amount": {"amount": "29.90", "currency": "EUR"},
    "ends_at": "2012-03-01T00:00:00+00:00",
}
CONTRACT_CHANGE = {
    "type": "contract-change",
    "source": {"system": "billing", "fact_id": "K-2011-1-a"},
    "occurred_at": "2011-03-01T08:10:00+00:00",
    "contract": "billing:K-2011-1",
    "monthly_amount": {"amount": "24.90", "currency": "EUR"},
}
CONTRACT_CANCEL = {
    "type": "contract-cancel",
    "source": {"system": "billing", "fact_id": "K-2011-1-z"},
    "occurred_at": "2011-03-01T08:20:00+00:00",
    "contract": "billing:K-2011-1",
    "ends_at": "2011-03-31T00:00:00+00:00",
    "reason": "moved-away",
}
BATCH = {"mode": "live", "facts": [PURCHASE, RETURN, TOUCHPOINT]}
BACKFILL = {
    "mode": "backfill",
    "facts": [
        {**PURCHASE, "source": _source("489434"), "occurred_at": "1998-12-01T07:45:00+00:00"},
        {**TOUCHPOINT, "source": _source("visit-1"), "occurred_at": "1999-02-11T16:30:00+00:00"},
    ],
}
