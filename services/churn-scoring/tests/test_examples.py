"""Training features use no data after their cut-off day."""

import random
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn_scoring.domain.facts import Fact, FactKind, day_of, start_of
from churn_scoring.domain.features import COLUMN, Floats
from churn_scoring.training.examples import CaseSpan, ContractFact, CustomerTimeline, Examples, examples_of
from churn_scoring.training.windows import TooLittleDataError, Windows, plan

from .strategies import CUSTOMER, START, facts, purchase

FIRST = day_of(START)
WINDOWS = Windows(learn=(FIRST + 100, FIRST + 130), hold_out=FIRST + 250, horizon_days=90)


def by_cutoff(timeline: CustomerTimeline) -> tuple[dict[int, Floats], Examples]:
    examples = examples_of([timeline], WINDOWS, active_days=180)
    return {int(cutoff): examples.rows[place] for place, cutoff in enumerate(examples.cutoff)}, examples


@given(facts())
def test_features_are_the_same_with_and_without_the_future(past_facts: list[Fact]) -> None:
    with_future, _ = by_cutoff(CustomerTimeline(CUSTOMER, list(past_facts)))
    for cutoff, row in with_future.items():
        past = [fact for fact in past_facts if day_of(fact.occurred_at) <= cutoff]
        np.testing.assert_array_equal(row, by_cutoff(CustomerTimeline(CUSTOMER, past))[0][cutoff])


@given(facts())
def test_the_label_is_whether_nothing_was_bought_within_the_horizon_after(past_facts: list[Fact]) -> None:
    _, examples = by_cutoff(CustomerTimeline(CUSTOMER, list(past_facts)))
    days = [day_of(fact.occurred_at) for fact in past_facts if fact.kind is FactKind.PURCHASE]
    for cutoff, silent in zip(examples.cutoff, examples.silent, strict=True):
        assert silent == (not any(cutoff < day <= cutoff + 90 for day in days))


@given(facts(), st.randoms())
def test_the_order_of_the_stored_facts_does_not_matter(past_facts: list[Fact], shuffler: random.Random) -> None:
    shuffled = list(past_facts)
    shuffler.shuffle(shuffled)

    assert (
        by_cutoff(CustomerTimeline(CUSTOMER, shuffled))[1].fingerprint()
        == by_cutoff(CustomerTimeline(CUSTOMER, past_facts))[1].fingerprint()
    )


def test_a_case_counts_as_open_only_while_it_was() -> None:
    opened = START + timedelta(days=99)
    timeline = CustomerTimeline(CUSTOMER, [purchase(1)], cases=[CaseSpan(opened, START + timedelta(days=120))])

    rows, _ = by_cutoff(timeline)

    assert [rows[cutoff][COLUMN["open_cases"]] for cutoff in WINDOWS.cutoffs] == [1, 0, 0]


def test_a_cancellation_is_unknown_before_it_was_recorded() -> None:
    started = ContractFact(START, UUID(int=1), UUID(int=9), START, None)
    cancelled = replace(
        started,
        occurred_at=START + timedelta(days=115),
        fact_id=UUID(int=2),
        ends_at=START + timedelta(days=99),
    )

    rows, examples = by_cutoff(CustomerTimeline(CUSTOMER, [purchase(50)], contracts=[cancelled, started]))

    assert [rows[cutoff][COLUMN["active_contracts"]] for cutoff in WINDOWS.cutoffs] == [1, 0, 0]
    # A withdrawn customer is scored by rule, so no model learns from them.
    assert examples.scored.tolist() == [True, False, False]
    assert examples.active.tolist() == [True, False, False]


def test_a_late_step_brings_no_later_knowledge_into_the_past() -> None:
    """It happened early, and its event carries the cancellation that was known by then."""
    started = ContractFact(START, UUID(int=1), UUID(int=9), START, None, version=1)
    cancelled = replace(
        started,
        occurred_at=START + timedelta(days=150),
        fact_id=UUID(int=2),
        ends_at=START + timedelta(days=140),
        version=2,
        known_at=START + timedelta(days=150),
    )
    late = replace(cancelled, occurred_at=START + timedelta(days=10), fact_id=UUID(int=3), version=3)

    for contracts in ([started, cancelled, late], [late, cancelled, started]):
        rows, _ = by_cutoff(CustomerTimeline(CUSTOMER, [purchase(50)], contracts=contracts))
        assert [rows[cutoff][COLUMN["active_contracts"]] for cutoff in WINDOWS.cutoffs] == [1, 1, 0]


def test_customers_without_recent_purchases_have_lapsed_but_are_learned_from() -> None:
    _, examples = by_cutoff(CustomerTimeline(CUSTOMER, [purchase(1)]))

    assert examples.active.tolist() == [True, True, False]
    assert examples.scored.all()


def test_a_fact_of_the_cut_off_day_is_known_and_one_of_the_next_day_is_not() -> None:
    last, first = start_of(FIRST + 101) - timedelta(seconds=1), start_of(FIRST + 101)
    bought = [Fact(UUID(int=n), CUSTOMER, FactKind.PURCHASE, at) for n, at in enumerate((last, first))]

    rows, examples = by_cutoff(CustomerTimeline(CUSTOMER, bought))

    assert rows[FIRST + 100][COLUMN["silence"]] == 0
    assert not examples.silent[0]


@given(st.integers(0, 2000), st.integers(7, 200), st.integers(1, 12), st.integers(7, 100))
def test_labels_to_learn_from_end_before_those_of_the_hold_out_begin(
    days: int, horizon: int, cutoffs: int, step: int
) -> None:
    try:
        windows = plan(FIRST, FIRST + days, horizon_days=horizon, cutoffs=cutoffs, step_days=step)
    except TooLittleDataError:
        assert days < 3 * horizon
        return

    assert max(windows.learn) + horizon <= windows.hold_out
    assert windows.hold_out + horizon == FIRST + days
    assert min(windows.learn) - FIRST >= horizon
    assert 1 <= len(windows.learn) <= cutoffs


def test_the_error_of_a_short_history_states_the_days() -> None:
    with pytest.raises(TooLittleDataError, match=r"needs 270 days of purchases.*there are 145"):
        plan(FIRST, FIRST + 145, horizon_days=90, cutoffs=3, step_days=30)
