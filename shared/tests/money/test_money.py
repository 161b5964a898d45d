"""Amounts are shown with the decimals of their currency, and never lose a digit."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from lealtad.money import (
    LARGEST_AMOUNT,
    Money,
    MoneySum,
    apportion,
    in_minor_units,
    is_in_minor_units,
    minor_units,
    part_of,
)

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


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [("1.005", "EUR", "1.00"), ("1.015", "EUR", "1.02"), ("2.5", "JPY", "2"), ("1.0005", "KWD", "1.000")],
)
def test_a_derived_amount_is_rounded_half_to_even_to_the_smallest_coin(
    amount: str, currency: str, rounded: str
) -> None:
    assert Money.rounded(Decimal(amount), currency).model_dump(mode="json")["amount"] == rounded
    assert not is_in_minor_units(Decimal(amount), currency)
    assert is_in_minor_units(Decimal(rounded + "000" if "." in rounded else rounded), currency)


@given(
    st.integers(0, 10**16).map(lambda coins: Decimal(coins).scaleb(-2)),
    st.lists(st.decimals(0, 10**13, places=8), min_size=1, max_size=8),
)
def test_parts_add_up_to_the_total_and_are_within_a_coin_of_their_share(total: Decimal, weights: list[Decimal]) -> None:
    parts = apportion(total, weights, "EUR")

    assert sum(parts) == total
    assert all(part >= 0 for part in parts)
    if everything := sum(weights):
        for part, weight in zip(parts, weights, strict=True):
            share = Fraction(total) * Fraction(weight) / Fraction(everything)
            assert abs(Fraction(part) - share) <= Fraction(1, 100)


@given(amounts, st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
def test_rounding_to_the_smallest_coin_is_that_of_decimal(amount: Decimal, currency: str) -> None:
    assert in_minor_units(amount, currency) == round(amount, minor_units(currency))
    assert part_of(amount, Decimal(3), Decimal(3), currency) == round(amount, minor_units(currency))


def test_a_finer_total_of_old_keeps_its_rest_in_the_last_part() -> None:
    assert apportion(Decimal("2.235"), [Decimal(1), Decimal(1)], "EUR") == [Decimal("1.12"), Decimal("1.115")]


def test_a_total_has_room_for_sums_of_the_largest_amounts():
    total = MoneySum.stored(LARGEST_AMOUNT * 10**9, "EUR") - MoneySum.stored(LARGEST_AMOUNT, "EUR")

    assert MoneySum.model_validate_json(total.model_dump_json()) == total
    with pytest.raises(ValidationError):
        Money.stored(total.amount, "EUR")
