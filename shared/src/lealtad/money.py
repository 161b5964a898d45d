"""Amounts of money: a decimal number and its currency, never a float."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code", examples=["EUR"])]
_AS_TEXT = {"type": "string", "pattern": r"^-?\d{1,14}(\.\d{1,4})?$", "examples": ["12.30"]}
DecimalText = Annotated[
    Decimal,
    Field(max_digits=18, decimal_places=4, allow_inf_nan=False),
    PlainSerializer(lambda value: format(value, "f"), return_type=str),
    WithJsonSchema({"anyOf": [_AS_TEXT, {"type": "number"}]}, mode="validation"),
    WithJsonSchema(_AS_TEXT, mode="serialization"),
]
"""A decimal that travels as text, so that no reader turns it into a float."""


class CurrencyMismatchError(ValueError):
    """Amounts of two currencies were added or compared."""


class Money(BaseModel):
    """An amount in one currency; at most 14 digits before the point and 4 behind it."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"amount": "12.30", "currency": "EUR"}]}
    )

    amount: DecimalText
    currency: Currency

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Return nothing, in `currency`."""
        return cls(amount=Decimal(0), currency=currency)

    def __add__(self, other: "Money") -> "Money":
        """Return the sum; raise CurrencyMismatchError for two currencies."""
        return Money(amount=self.amount + self._same(other).amount, currency=self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """Return the difference; raise CurrencyMismatchError for two currencies."""
        return Money(amount=self.amount - self._same(other).amount, currency=self.currency)

    def __neg__(self) -> "Money":
        """Return the opposite amount."""
        return Money(amount=-self.amount, currency=self.currency)

    def times(self, factor: Decimal | int, places: int = 2) -> "Money":
        """Return the amount times `factor`, rounded half to even to `places` decimals."""
        amount = (self.amount * factor).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
        return Money(amount=amount, currency=self.currency)

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise CurrencyMismatchError(f"{self.currency} and {other.currency} cannot be combined")
        return other
