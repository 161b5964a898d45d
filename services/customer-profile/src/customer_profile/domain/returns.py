"""What of a purchase may still come back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """A quantity of one article at a unit price; positive in purchases and in returns."""

    sku: str
    quantity: Decimal
    unit_price: Decimal
    product_line: str | None = None


@dataclass(frozen=True, slots=True)
class Bought:
    """A purchase with what already came back of it."""

    lines: tuple[Line, ...]
    total: Decimal
    returned: Mapping[str, Decimal]
    """Quantity returned so far, by article."""
    returned_total: Decimal

    @property
    def remaining(self) -> Decimal:
        """Money that may still be given back."""
        return self.total - self.returned_total

    def remaining_lines(self) -> tuple[Line, ...]:
        """Return the lines that were not returned yet, the earlier returned quantity taken off the first lines."""
        owed = dict(self.returned)
        left = []
        for line in self.lines:
            gone = min(line.quantity, owed.get(line.sku, NOTHING))
            owed[line.sku] = owed.get(line.sku, NOTHING) - gone
            if line.quantity > gone:
                left.append(Line(line.sku, line.quantity - gone, line.unit_price, line.product_line))
        return tuple(left)

    def objection(self, lines: Iterable[Line], total: Decimal) -> str | None:
        """Say which article or amount of a return exceeds what is left of the purchase, or None."""
        bought = quantities(self.lines)
        for sku, quantity in quantities(lines).items():
            left = bought.get(sku, NOTHING) - self.returned.get(sku, NOTHING)
            if quantity > left:
                return f"article {sku}: {_text(quantity)} to be returned, {_text(left)} left of the purchase"
        if total > self.remaining:
            return f"{_text(total)} to be given back, {_text(self.remaining)} left of the purchase"
        return None

    def less(self, lines: Iterable[Line], total: Decimal) -> "Bought":
        """Return the purchase after a further return."""
        returned = dict(self.returned)
        for sku, quantity in quantities(lines).items():
            returned[sku] = returned.get(sku, NOTHING) + quantity
        return Bought(self.lines, self.total, returned, self.returned_total + total)


def quantities(lines: Iterable[Line]) -> dict[str, Decimal]:
    """Return the quantity of each article over all lines."""
    by_sku: dict[str, Decimal] = {}
    for line in lines:
        by_sku[line.sku] = by_sku.get(line.sku, NOTHING) + line.quantity
    return by_sku


def _text(number: Decimal) -> str:
    return format(number.normalize(), "f")
