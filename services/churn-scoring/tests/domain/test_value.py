"""Expected value and value at risk."""

from decimal import Decimal
from math import log
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn_scoring.domain.facts import Fact, FactKind, day_of
from churn_scoring.domain.history import History, fold_all
from churn_scoring.domain.policy import ValuePrior
from churn_scoring.domain.value import expected_value, published_value, value_at_risk
from lealtad.money import LARGEST_AMOUNT, Money

from ..strategies import CUSTOMER, START, amounts, facts, purchase

PRIOR = ValuePrior(daily_spend=Decimal("0.50"), weight_days=90)
TODAY = day_of(START) + 420
EUR = "EUR"


def test_without_own_history_the_base_rate_is_expected() -> None:
    assert expected_value(History(CUSTOMER), TODAY, 90, PRIOR, EUR) == Decimal("45.00")


def test_a_long_history_outweighs_the_base() -> None:
    spent = fold_all(CUSTOMER, [purchase(0, "420.00"), purchase(300, "420.00")])

    # (840 + 45) / (420 + 90) a day
    assert expected_value(spent, TODAY, 90, PRIOR, EUR) == Decimal("156.18")


def test_returned_goods_are_not_value() -> None:
    bought = [purchase(0, "100.00")]
    returned = Fact(UUID(int=99), CUSTOMER, FactKind.RETURN, START, Decimal("100.00"))

    after_return = expected_value(fold_all(CUSTOMER, [*bought, returned]), TODAY, 90, PRIOR, EUR)
    assert after_return < expected_value(fold_all(CUSTOMER, bought), TODAY, 90, PRIOR, EUR)


@given(facts())
def test_expected_value_is_never_negative(past_facts: list[Fact]) -> None:
    assert expected_value(fold_all(CUSTOMER, past_facts), TODAY, 90, PRIOR, EUR) >= 0


@given(amounts, st.decimals("0.01", "1", places=2))
def test_a_published_value_is_at_most_half_a_step_away(expected: Decimal, step: Decimal) -> None:
    published = published_value(expected, step, EUR)
    if expected < 1:
        assert published == 0
    else:
        assert abs(log(published / expected)) <= log(1 + step) / 2 + 0.01


def test_a_value_that_changes_little_is_published_as_before() -> None:
    step = Decimal("0.20")
    assert (
        published_value(Decimal("95.00"), step, EUR)
        == published_value(Decimal("104.00"), step, EUR)
        == Decimal("95.40")
    )
    assert published_value(Decimal("105.00"), step, EUR) == Decimal("114.48")


@given(amounts, st.integers(0, 50).map(lambda steps: Decimal(steps) / 50))
def test_value_at_risk_is_a_part_of_the_expected_value(expected: Decimal, probability: Decimal) -> None:
    assert 0 <= value_at_risk(probability, expected, EUR) <= expected


@pytest.mark.parametrize(("currency", "places"), [("JPY", 0), ("EUR", 2), ("KWD", 3)])
def test_values_have_the_decimals_of_their_currency(currency: str, places: int) -> None:
    expected = expected_value(fold_all(CUSTOMER, [purchase(0, "33.33")]), TODAY, 100, PRIOR, currency)
    published = published_value(expected, Decimal("0.20"), currency)
    at_risk = value_at_risk(Decimal("0.38"), published, currency)

    assert {-int(amount.as_tuple().exponent) for amount in (expected, published, at_risk)} == {places}


@given(st.integers(1, 730), st.integers(1, 3650), st.decimals("0.01", "1", places=2), st.sampled_from(["JPY", "KWD"]))
def test_no_value_exceeds_the_largest_amount(horizon: int, weight: int, step: Decimal, currency: str) -> None:
    spent = fold_all(CUSTOMER, [purchase(0, str(LARGEST_AMOUNT))])
    expected = expected_value(spent, day_of(START), horizon, ValuePrior(weight_days=weight), currency)

    for amount in (expected, published_value(expected, step, currency)):
        Money(amount=amount, currency=currency)
