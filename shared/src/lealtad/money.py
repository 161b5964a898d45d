"""Amounts of money: a decimal number and its currency, never a float."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from lealtad.scalars import ExactNumber

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code", examples=["EUR"])]
_AS_TEXT = {"type": "string", "pattern": r"^-?[0-9]{1,14}(\.[0-9]{1,4})?$", "examples": ["12.30"]}
_MOST = 10**14 - 1
_AS_NUMBER = {"type": "number", "minimum": -_MOST, "maximum": _MOST}
DecimalText = Annotated[
    ExactNumber,
    Field(max_digits=18, decimal_places=4, allow_inf_nan=False),
    PlainSerializer(lambda value: format(value, "f"), return_type=str),
    WithJsonSchema({"anyOf": [_AS_TEXT, _AS_NUMBER]}, mode="validation"),
    WithJsonSchema(_AS_TEXT, mode="serialization"),
]
"""A decimal that is serialised as text, so that no reader turns it into a float."""

_SUM_AS_TEXT = {**_AS_TEXT, "pattern": r"^-?[0-9]{1,24}(\.[0-9]{1,4})?$"}
SumText = Annotated[
    ExactNumber,
    Field(max_digits=28, decimal_places=4, allow_inf_nan=False),
    PlainSerializer(lambda value: format(value, "f"), return_type=str),
    WithJsonSchema(_SUM_AS_TEXT),
]
"""A sum of decimals, which has room for more digits than each of them."""

NO_MINOR_UNIT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
MINOR_UNITS = {
    **dict.fromkeys(NO_MINOR_UNIT.split(), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""Decimals of the currencies without exactly two decimals (ISO 4217, list one, of 2024)."""
ONE = Decimal(1)
LARGEST_AMOUNT = Decimal(_MOST)
"""The largest amount that may be sent, in whole units of any currency; sums of amounts have room for more."""


def minor_units(currency: str) -> int:
    """Return the largest number of decimals of an amount in `currency`."""
    return MINOR_UNITS.get(currency, 2)


def in_minor_units(amount: Decimal, currency: str) -> Decimal:
    """Return `amount` rounded half to even to the smallest coin of `currency`."""
    return part_of(amount, ONE, ONE, currency)


def is_in_minor_units(amount: Decimal, currency: str) -> bool:
    """Return whether `amount` can be paid in `currency`: decimals beyond the smallest coin are zero."""
    return in_minor_units(amount, currency) == amount


def part_of(total: Decimal, weight: Decimal, weights: Decimal, currency: str) -> Decimal:
    """Return the part of `total` for `weight` of `weights` (not 0), rounded half to even to the smallest coin.

    A growing `weight` never gives a smaller part, and all of `weights` give all of a total in minor units. So the
    differences between the parts of growing weights add up to the total, each within a coin of its exact share.
    """
    # Compute in whole numbers: the products have more digits than a decimal context, and must not be rounded twice.
    digits = minor_units(currency)
    (money, of_money), (part, of_part), (whole, of_whole) = (
        number.as_integer_ratio() for number in (total, weight, weights)
    )
    coins = _half_even(10**digits * money * part * of_whole, of_money * of_part * whole)
    return Decimal(coins).scaleb(-digits)


def apportion(total: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Return the parts of `total` by `weights` (equal parts if all are 0), which add up to exactly `total`."""
    everything = sum(weights, Decimal(0))
    if not everything:
        weights, everything = [ONE] * len(weights), Decimal(len(weights))
    parts, before, weight = [], Decimal(0), Decimal(0)
    for number, each in enumerate(weights, 1):
        weight += each
        share = part_of(total, weight, everything, currency)
        until = total if number == len(weights) else min(share, total)
        parts.append(until - before)
        before = until
    return parts


def _half_even(dividend: int, divisor: int) -> int:
    quotient, rest = divmod(dividend, divisor)
    return quotient + (2 * rest > divisor or (2 * rest == divisor and quotient % 2))


class CurrencyMismatchError(ValueError):
    """Amounts of two currencies were combined."""


class Money(BaseModel):
    """An amount in one currency; at most 14 digits before the point and 4 behind it."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"amount": "12.30", "currency": "EUR"}]}
    )

    amount: DecimalText
    currency: Currency

    @classmethod
    def stored(cls, amount: Decimal, currency: str) -> Self:
        """Return an amount from a column of four decimals, with the decimals of its currency.

        Further digits stay if they are not zero: a sum of unit prices may be finer than the smallest coin.
        """
        finest = -int(amount.normalize().as_tuple().exponent)
        digits = max(minor_units(currency), finest)
        return cls(amount=round(amount, digits), currency=currency)

    @classmethod
    def rounded(cls, amount: Decimal, currency: str) -> Self:
        """Return a derived amount, rounded half to even to the smallest coin of `currency`."""
        return cls(amount=in_minor_units(amount, currency), currency=currency)

    def __sub__(self, other: Self) -> Self:
        """Return the difference; raise CurrencyMismatchError for two currencies."""
        if other.currency != self.currency:
            raise CurrencyMismatchError(f"{self.currency} and {other.currency} cannot be combined")
        return type(self)(amount=self.amount - other.amount, currency=self.currency)


class MoneySum(Money):
    """A sum of amounts in one currency; at most 24 digits before the point and 4 behind it."""

    amount: SumText
