"""Folding in O(1) steps gives the same numbers as folding all facts anew."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn_scoring.domain.facts import Fact, FactKind, day_of
from churn_scoring.domain.features import COLUMN, Profile, columns_of, feature_rows
from churn_scoring.domain.history import DECAYING, History, fold_all

from ..strategies import CUSTOMER, START, facts, purchase

COUNTED = {
    "returns_90": {FactKind.RETURN},
    "complaints_90": {FactKind.COMPLAINT},
    "payments_90": {FactKind.PAYMENT},
    "payment_failures_90": {FactKind.PAYMENT_FAILURE},
    "touchpoints_90": {FactKind.TOUCHPOINT, FactKind.NEGATIVE_TOUCHPOINT},
    "negative_touchpoints_90": {FactKind.NEGATIVE_TOUCHPOINT},
}


@given(facts(), st.randoms())
def test_facts_in_any_order_give_the_same_history(past_facts: list[Fact], shuffler: random.Random) -> None:
    shuffled = list(past_facts)
    shuffler.shuffle(shuffled)

    assert fold_all(CUSTOMER, shuffled) == fold_all(CUSTOMER, past_facts)


@given(facts(min_size=1))
def test_one_step_per_fact_gives_what_folding_everything_anew_gives(past_facts: list[Fact]) -> None:
    ordered = sorted(past_facts, key=lambda fact: fact.order)
    history = fold_all(CUSTOMER, ordered[:-1])

    assert history.precedes(ordered[-1])
    history.fold(ordered[-1])
    assert history == fold_all(CUSTOMER, past_facts)


@given(facts(min_size=1))
def test_a_fact_before_the_last_one_is_late(past_facts: list[Fact]) -> None:
    history = fold_all(CUSTOMER, past_facts)

    assert not any(history.precedes(fact) for fact in past_facts)


@given(facts())
def test_decayed_counts_are_sums_of_halved_facts(past_facts: list[Fact]) -> None:
    history = fold_all(CUSTOMER, past_facts)
    today = day_of(START) + 420
    row = feature_rows(columns_of([Profile(history)]), today)[0]

    for name, kinds in COUNTED.items():
        ages = [today - day_of(fact.occurred_at) for fact in past_facts if fact.kind in kinds]
        assert row[COLUMN[name]] == pytest.approx(sum(0.5 ** (age / DECAYING[name]) for age in ages))


@given(facts())
def test_gap_statistics_are_those_of_the_purchase_days(past_facts: list[Fact]) -> None:
    days = sorted({day_of(fact.occurred_at) for fact in past_facts if fact.kind is FactKind.PURCHASE})
    gaps = np.diff(days)
    row = feature_rows(columns_of([Profile(fold_all(CUSTOMER, past_facts))]), day_of(START) + 420)[0]

    if len(gaps):
        assert row[COLUMN["frequency"]] == len(gaps)
        assert row[COLUMN["recency"]] == gaps.sum()
        assert row[COLUMN["usual_gap"]] == pytest.approx(gaps.mean())
        assert row[COLUMN["gap_deviation"]] == pytest.approx(gaps.std(), abs=1e-4)


def test_purchases_of_one_day_are_one_transaction_but_all_their_money_counts() -> None:
    history = fold_all(CUSTOMER, [purchase(3.1, "10.00"), purchase(3.5, "5.50")])

    assert (history.purchases, history.purchase_days) == (2, 1)
    assert float(history.spent) == history.spend_90 == 15.5


def test_a_customer_without_purchases_has_unknown_rhythm() -> None:
    row = feature_rows(columns_of([Profile(History(CUSTOMER))]), day_of(START))[0]

    assert np.isnan(row[[COLUMN["silence"], COLUMN["age"], COLUMN["usual_gap"], COLUMN["mean_order"]]]).all()


def test_a_purchase_dated_ahead_of_the_day_counts_as_of_the_day() -> None:
    row = feature_rows(columns_of([Profile(fold_all(CUSTOMER, [purchase(5)]))]), day_of(START) + 4)[0]

    assert row[COLUMN["silence"]] == 0
    assert row[COLUMN["buys_90"]] == 1
