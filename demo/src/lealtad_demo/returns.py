"""The purchase of each return, inferred from the customer's purchases, since the source does not name it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from lealtad_demo.invoices import Invoice, Line

Article = tuple[str, str, Decimal]
"""Customer, sku and unit price."""


@dataclass(frozen=True, slots=True)
class Return:
    """Goods that came back from one purchase, or from an unknown one."""

    number: str
    invoice: Invoice
    purchase: str | None
    lines: tuple[Line, ...]


@dataclass(slots=True)
class Holding:
    """The part of a purchase line that was not returned."""

    purchase: str
    quantity: int


@dataclass(slots=True)
class ReturnMatcher:
    """The matching of returns to earlier purchases; all invoices must come in the order of time."""

    _held: dict[Article, list[Holding]] = field(default_factory=lambda: defaultdict(list))

    def bought(self, purchase: Invoice) -> None:
        """Add the goods of a purchase."""
        for line in purchase.lines:
            article = (purchase.customer, line.sku, line.unit_price)
            self._held[article].append(Holding(purchase.number, line.quantity))

    def split(self, invoice: Invoice) -> Iterator[Return]:
        """Yield one return per purchase that the invoice reverses; the quantities add up to the invoice's."""
        by_purchase: dict[str | None, list[Line]] = defaultdict(list)
        for line in invoice.lines:
            by_purchase[self._take(invoice.customer, line)].append(line)
        for position, (purchase, lines) in enumerate(by_purchase.items(), start=1):
            number = invoice.number if position == 1 else f"{invoice.number}-{position}"
            yield Return(number, invoice, purchase, tuple(lines))

    def _take(self, customer: str, line: Line) -> str | None:
        for holding in reversed(self._held[customer, line.sku, line.unit_price]):
            if holding.quantity >= line.quantity:
                holding.quantity -= line.quantity
                return holding.purchase
        return None
