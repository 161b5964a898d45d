"""Facts as the load sends them: bodies for customer-profile, alone or in a batch."""

from datetime import datetime
from decimal import Decimal

from .ledger import SYSTEM, Kind
from .sending import Json

PRICE = Decimal("7.35")
CURRENCY = "EUR"

PATHS = {
    Kind.PURCHASE: "/v1/purchases",
    Kind.RETURN: "/v1/returns",
    Kind.PAYMENT: "/v1/payments",
    Kind.TOUCHPOINT: "/v1/touchpoints",
    Kind.CONTRACT_START: "/v1/contracts",
    Kind.CONTRACT_CHANGE: "/v1/contracts/{contract}/change",
    Kind.CONTRACT_CANCEL: "/v1/contracts/{contract}/cancel",
}


def path_of(fact: Json) -> str:
    """Return the address that takes this fact alone."""
    return PATHS[Kind(fact["type"])].format_map(fact)


def a_fact(kind: Kind, fact_id: str, at: datetime, /, **said: object) -> Json:
    """Return the body of a fact of this client; `said` is what its kind adds, the customer among it."""
    source = {"system": SYSTEM, "fact_id": fact_id}
    return {"type": kind.value, "source": source, "occurred_at": at.isoformat(), "channel": "web", **said}


def lines_of(quantity: int) -> list[Json]:
    """Return the line of an invoice worth `quantity` times the price."""
    line = {"sku": "lantern", "product_line": "lanterns", "quantity": str(quantity), "unit_price": str(PRICE)}
    return [line]


def money(amount: Decimal) -> Json:
    """Return an amount as money."""
    return {"amount": str(amount), "currency": CURRENCY}


def reference_to(fact_id: str) -> str:
    """Return how a fact names another one of the load."""
    return f"{SYSTEM}:{fact_id}"
