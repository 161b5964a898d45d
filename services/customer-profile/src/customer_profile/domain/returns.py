"""The goods and the money of a purchase that may still be returned."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from lealtad.money import part_of

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """A quantity of one article at a unit price; positive in purchases and in returns."""

    sku: str
    quantity: Decimal
    unit_price: Decimal
    product_line: str | None = None


@dataclass(frozen=True, slots=True)
class ReturnablePurchase:
    """A purchase with the goods and the money that were returned so far."""

    lines: tuple[Line, ...]
    total: Decimal
    """The amount paid. Discounts and shipping are in it, so it may differ from the value of the lines."""
    currency: str
    returned: tuple[Line, ...] = ()
    """The goods of the returns so far, one line for each article and price."""
    returned_total: Decimal = ZERO

    @property
    def remaining(self) -> Decimal:
        """The amount that may still be refunded."""
        return self.total - self.returned_total

    def remaining_lines(self) -> tuple[Line, ...]:
        """Return the lines that are not returned yet, with the quantities that are left."""
        returned = self._returned_quantities(self.returned)
        left = [(line, line.quantity - quantity) for line, quantity in zip(self.lines, returned, strict=True)]
        return tuple(replace(line, quantity=quantity) for line, quantity in left if quantity)

    def refund_for(self, lines: Sequence[Line]) -> Decimal:
        """Return the refund for `lines`, which do not exceed what is left: their share of the amount paid.

        Shares are rounded so that they add up to the total, whatever the order and the splitting. Other refunds may
        have been made meanwhile: the last goods get the rest, and no refund exceeds what is left.
        """
        after = self.after_return(lines, ZERO)
        if not after.remaining_lines():
            return self.remaining
        share = self._share(after.returned) - self._share(self.returned)
        return min(share, self.remaining)

    def violation(self, lines: Iterable[Line], total: Decimal) -> str | None:
        """Return which article or amount of a return exceeds what is left of the purchase, or None."""
        bought, returned = quantities_by_sku(self.lines), quantities_by_sku(self.returned)
        for sku, quantity in quantities_by_sku(lines).items():
            left = bought.get(sku, ZERO) - returned.get(sku, ZERO)
            if quantity > left:
                return f"article {sku}: {_text(quantity)} to be returned, {_text(left)} left of the purchase"
        if total > self.remaining:
            return f"{_text(total)} to be given back, {_text(self.remaining)} left of the purchase"
        return None

    def after_return(self, lines: Iterable[Line], total: Decimal) -> "ReturnablePurchase":
        """Return the purchase after a further return."""
        returned = _joined((*self.returned, *lines))
        return replace(self, returned=returned, returned_total=self.returned_total + total)

    def _share(self, returned: Iterable[Line]) -> Decimal:
        """Return the part of the total that the `returned` lines are worth at the prices of the purchase."""
        weights = self._weights()
        quantities = self._returned_quantities(returned)
        part = sum((quantity * price for quantity, price in zip(quantities, weights, strict=True)), ZERO)
        whole = sum((line.quantity * price for line, price in zip(self.lines, weights, strict=True)), ZERO)
        return part_of(self.total, part, whole, self.currency)

    def _weights(self) -> list[Decimal]:
        """Return the unit prices; equal ones where all goods were free, and the total is for something else."""
        prices = [line.unit_price for line in self.lines]
        return prices if any(prices) else [Decimal(1)] * len(prices)

    def _returned_quantities(self, returned: Iterable[Line]) -> list[Decimal]:
        """Return the returned quantity of each line.

        An article may stand on several lines. A return counts first for the line of the same price, then for the first
        line that has a quantity left.
        """
        unassigned = dict[tuple[str, Decimal], Decimal]()
        for line in returned:
            unassigned[line.sku, line.unit_price] = unassigned.get((line.sku, line.unit_price), ZERO) + line.quantity
        quantities = []
        for line in self.lines:
            matched = min(line.quantity, unassigned.get((line.sku, line.unit_price), ZERO))
            unassigned[line.sku, line.unit_price] = unassigned.get((line.sku, line.unit_price), ZERO) - matched
            quantities.append(matched)
        rest = dict[str, Decimal]()
        for (sku, _), quantity in unassigned.items():
            rest[sku] = rest.get(sku, ZERO) + quantity
        for number, line in enumerate(self.lines):
            matched = min(line.quantity - quantities[number], rest[line.sku])
            rest[line.sku] -= matched
            quantities[number] += matched
        return quantities


def _joined(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return one line for each article and price, so that many returns of a few articles cost no more than one."""
    joined: dict[tuple[str, Decimal], Line] = {}
    for line in lines:
        known = joined.get((line.sku, line.unit_price))
        joined[line.sku, line.unit_price] = replace(line, quantity=known.quantity + line.quantity) if known else line
    return tuple(joined.values())


def quantities_by_sku(lines: Iterable[Line]) -> dict[str, Decimal]:
    """Return the quantity of each article over all lines."""
    by_sku: dict[str, Decimal] = {}
    for line in lines:
        by_sku[line.sku] = by_sku.get(line.sku, ZERO) + line.quantity
    return by_sku


def _text(number: Decimal) -> str:
    return format(number.normalize(), "f")
