"""Amounts are shown with the decimals of their currency, and never lose a digit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lealtad.money import Money

amounts = st.decimals(-(10**14) + 1, 10**14 - 1, places=4)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("125.0000", "EUR", "125.00"),
        ("125.5000", "COP", "125.50"),
        ("125.5050", "EUR", "125.505"),
        ("125.0000", "JPY", "125"),
        ("125.5000", "JPY", "125.5"),
        ("0.0000", "KWD", "0.000"),
        ("1.2345", "CLF", "1.2345"),
        ("-3.1000", "USD", "-3.10"),
    ],
)
def test_a_stored_amount_is_shown_in_minor_units(amount: str, currency: str, shown: str) -> None:
    assert Money.stored(Decimal(amount), currency).model_dump(mode="json") == {"amount": shown, "currency": currency}


@given(amounts, st.sampled_from(["EUR", "JPY", "KWD", "CLF", "XXX"]))
def test_no_digit_is_lost(amount: Decimal, currency: str) -> None:
    assert Money.stored(amount, currency).amount == amount
