"""Amounts of money: a decimal number and its currency, never a float."""

from decimal import Decimal
from typing import Annotated

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


NO_MINOR_UNIT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
MINOR_UNITS = {
    **dict.fromkeys(NO_MINOR_UNIT.split(), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""Decimals of the currencies that have not two (ISO 4217, list one, of 2024)."""


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
    def stored(cls, amount: Decimal, currency: str) -> "Money":
        """Return an amount from a column of four decimals with the decimals of its currency.

        Further digits stay where they are not zero: a sum of unit prices may be finer than the smallest coin.
        """
        finest = -int(amount.normalize().as_tuple().exponent)
        digits = max(MINOR_UNITS.get(currency, 2), finest)
        return cls(amount=round(amount, digits), currency=currency)

    def __sub__(self, other: "Money") -> "Money":
        """Return the difference; raise CurrencyMismatchError for two currencies."""
        if other.currency != self.currency:
            raise CurrencyMismatchError(f"{self.currency} and {other.currency} cannot be combined")
        return Money(amount=self.amount - other.amount, currency=self.currency)
