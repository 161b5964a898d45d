"""Expected value and value at risk."""

from decimal import Decimal
from math import log
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from churn_scoring.domain.facts import Fact, FactKind, day_of
from churn_scoring.domain.history import History, fold_all
from churn_scoring.domain.policy import ValuePrior
from churn_scoring.domain.value import expected_value, published_value, value_at_risk

from ..strategies import CUSTOMER, START, amounts, facts, purchase

PRIOR = ValuePrior(daily_spend=Decimal("0.50"), weight_days=90)
TODAY = day_of(START) + 420


def test_without_own_history_the_base_rate_is_expected() -> None:
    assert expected_value(History(CUSTOMER), TODAY, 90, PRIOR) == Decimal("45.00")


def test_a_long_history_outweighs_the_base() -> None:
    spent = fold_all(CUSTOMER, [purchase(0, "420.00"), purchase(300, "420.00")])

    # (840 + 45) / (420 + 90) a day
    assert expected_value(spent, TODAY, 90, PRIOR) == Decimal("156.18")


def test_returned_goods_are_not_value() -> None:
    bought = [purchase(0, "100.00")]
    returned = Fact(UUID(int=99), CUSTOMER, FactKind.RETURN, START, Decimal("100.00"))

    after_return = expected_value(fold_all(CUSTOMER, [*bought, returned]), TODAY, 90, PRIOR)
    assert after_return < expected_value(fold_all(CUSTOMER, bought), TODAY, 90, PRIOR)


@given(facts())
def test_expected_value_is_never_negative(some: list[Fact]) -> None:
    assert expected_value(fold_all(CUSTOMER, some), TODAY, 90, PRIOR) >= 0


@given(amounts, st.decimals("0.01", "1", places=2))
def test_a_published_value_is_at_most_half_a_step_away(expected: Decimal, step: Decimal) -> None:
    published = published_value(expected, step)
    if expected < 1:
        assert published == 0
    else:
        assert abs(log(published / expected)) <= log(1 + step) / 2 + 0.01


def test_a_value_that_changes_little_is_published_as_before() -> None:
    step = Decimal("0.20")
    assert published_value(Decimal("95.00"), step) == published_value(Decimal("104.00"), step) == Decimal("95.40")
    assert published_value(Decimal("105.00"), step) == Decimal("114.48")


@given(amounts, st.integers(0, 50).map(lambda steps: Decimal(steps) / 50))
def test_value_at_risk_is_a_part_of_the_expected_value(expected: Decimal, probability: Decimal) -> None:
    assert 0 <= value_at_risk(probability, expected) <= expected
