"""What of a purchase may still come back, and what is given back for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from lealtad.money import part_of

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """A quantity of one article at a unit price; positive in purchases and in returns."""

    sku: str
    quantity: Decimal
    unit_price: Decimal
    product_line: str | None = None


@dataclass(frozen=True, slots=True)
class ReturnablePurchase:
    """A purchase with what already came back of it."""

    lines: tuple[Line, ...]
    total: Decimal
    """What was paid: with discounts and shipping, so not always the value of the lines."""
    currency: str
    returned: tuple[Line, ...] = ()
    """Lines of the returns so far."""
    returned_total: Decimal = NOTHING

    @property
    def remaining(self) -> Decimal:
        """Money that may still be given back."""
        return self.total - self.returned_total

    def remaining_lines(self) -> tuple[Line, ...]:
        """Return the lines that were not returned yet."""
        taken = self._taken(self.returned)
        left = [(line, line.quantity - gone) for line, gone in zip(self.lines, taken, strict=True)]
        return tuple(replace(line, quantity=quantity) for line, quantity in left if quantity)

    def refund_for(self, lines: Sequence[Line]) -> Decimal:
        """Return what is given back for `lines`, which do not exceed what is left: their share of what was paid.

        Shares are rounded so that in any order and any splitting they add up to the total; whatever else was given
        back meanwhile, the last goods take the rest, and nothing takes more than is left.
        """
        after = self.after_return(lines, NOTHING)
        if not after.remaining_lines():
            return self.remaining
        share = self._share(after.returned) - self._share(self.returned)
        return min(share, self.remaining)

    def violation(self, lines: Iterable[Line], total: Decimal) -> str | None:
        """Say which article or amount of a return exceeds what is left of the purchase, or None."""
        bought, returned = quantities(self.lines), quantities(self.returned)
        for sku, quantity in quantities(lines).items():
            left = bought.get(sku, NOTHING) - returned.get(sku, NOTHING)
            if quantity > left:
                return f"article {sku}: {_text(quantity)} to be returned, {_text(left)} left of the purchase"
        if total > self.remaining:
            return f"{_text(total)} to be given back, {_text(self.remaining)} left of the purchase"
        return None

    def after_return(self, lines: Iterable[Line], total: Decimal) -> "ReturnablePurchase":
        """Return the purchase after a further return."""
        return replace(self, returned=(*self.returned, *lines), returned_total=self.returned_total + total)

    def _share(self, returned: Iterable[Line]) -> Decimal:
        """Return what of the total `returned` are worth at the prices of the purchase."""
        weights = self._weights()
        taken = self._taken(returned)
        weight = sum((quantity * price for quantity, price in zip(taken, weights, strict=True)), NOTHING)
        everything = sum((line.quantity * price for line, price in zip(self.lines, weights, strict=True)), NOTHING)
        return part_of(self.total, weight, everything, self.currency)

    def _weights(self) -> list[Decimal]:
        """Return the unit prices; equal ones where all goods were free, and the total is for something else."""
        prices = [line.unit_price for line in self.lines]
        return prices if any(prices) else [Decimal(1)] * len(prices)

    def _taken(self, returned: Iterable[Line]) -> list[Decimal]:
        """Return how much of each line came back.

        An article may stand on several lines: the one of the same price is meant, else the first that is left.
        """
        owed = dict[tuple[str, Decimal], Decimal]()
        for line in returned:
            owed[line.sku, line.unit_price] = owed.get((line.sku, line.unit_price), NOTHING) + line.quantity
        taken = []
        for line in self.lines:
            gone = min(line.quantity, owed.get((line.sku, line.unit_price), NOTHING))
            owed[line.sku, line.unit_price] = owed.get((line.sku, line.unit_price), NOTHING) - gone
            taken.append(gone)
        others = dict[str, Decimal]()
        for (sku, _), quantity in owed.items():
            others[sku] = others.get(sku, NOTHING) + quantity
        for number, line in enumerate(self.lines):
            gone = min(line.quantity - taken[number], others[line.sku])
            others[line.sku] -= gone
            taken[number] += gone
        return taken


def quantities(lines: Iterable[Line]) -> dict[str, Decimal]:
    """Return the quantity of each article over all lines."""
    by_sku: dict[str, Decimal] = {}
    for line in lines:
        by_sku[line.sku] = by_sku.get(line.sku, NOTHING) + line.quantity
    return by_sku


def _text(number: Decimal) -> str:
    return format(number.normalize(), "f")
