"""Request bodies of customer-profile, made from invoices."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lealtad_demo.invoices import Invoice, Line, TradingDay, products
from lealtad_demo.returns import Return, ReturnMatcher

SYSTEM = "online-retail"
"""The name under which the shop is known as a source of facts and customer ids."""
CURRENCY = "GBP"
CHANNEL = "web"

Json = dict[str, Any]


def customer_ref(customer: str) -> str:
    """Return the reference of a customer of the shop."""
    return f"{SYSTEM}:{customer}"


def timestamp(moment: datetime) -> str:
    """Return a moment as RFC 3339 text in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Fact:
    """A request body with its customer."""

    customer: str
    body: Json

    @property
    def is_purchase(self) -> bool:
        """Return whether the fact is a purchase; otherwise it is a return."""
        return bool(self.body["type"] == "purchase")


@dataclass(slots=True)
class FactWriter:
    """The conversion of trading days into facts; days must come in order, since returns refer to earlier purchases."""

    _matcher: ReturnMatcher = field(default_factory=ReturnMatcher)

    def of(self, day: TradingDay) -> Iterator[Fact]:
        """Yield the day's facts in the order of time."""
        for invoice in day.invoices:
            if invoice.is_return:
                yield from (Fact(invoice.customer, goods_returned(each)) for each in self._matcher.split(invoice))
            else:
                self._matcher.bought(invoice)
                yield Fact(invoice.customer, purchase(invoice))


def purchase(invoice: Invoice) -> Json:
    """Return the body of a purchase."""
    return {"type": "purchase", **common(invoice, invoice.number), "lines": lines(invoice.lines)}


def goods_returned(returned: Return) -> Json:
    """Return the body of a return, with the purchase if known."""
    body = {"type": "return", **common(returned.invoice, returned.number), "lines": lines(returned.lines)}
    if returned.purchase:
        body["purchase"] = f"{SYSTEM}:{returned.purchase}"
    return body


def common(invoice: Invoice, number: str) -> Json:
    """Return the common fields of purchases and returns."""
    return {
        "source": {"system": SYSTEM, "fact_id": number},
        "customer": customer_ref(invoice.customer),
        "occurred_at": timestamp(invoice.at),
        "channel": CHANNEL,
    }


def lines(goods: tuple[Line, ...]) -> list[Json]:
    """Return the lines with their derived product line."""
    articles = products()
    return [
        {
            "sku": line.sku,
            "product_line": articles[line.sku].product_line,
            "quantity": str(line.quantity),
            "unit_price": str(line.unit_price),
        }
        for line in goods
    ]
