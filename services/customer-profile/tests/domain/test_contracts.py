"""Contracts as the fold of their steps: what the steps give, whatever order they come in."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_profile.domain.contracts import (
    Contract,
    ContractConflictError,
    ContractHistory,
    ContractStatus,
    NoEffect,
    Step,
    StepKind,
    Terms,
)

START = datetime(2011, 1, 1, tzinfo=UTC)
NUMBERS = count(1)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def signed(ends_at: datetime | None = None, starts_at: datetime = START) -> ContractHistory:
    return ContractHistory(
        Contract(
            id=UUID(int=1),
            customer_id=UUID(int=2),
            product_line="broadband",
            monthly_amount=Decimal("29.90"),
            starts_at=starts_at,
            ends_at=ends_at,
            changed_at=START,
        )
    )


def change(number: int, name: str | None = None, **terms) -> Step:
    return Step(uuid4(), StepKind.CHANGE, day(number), ("shop", name or f"S{next(NUMBERS)}"), Terms(**terms))


def cancel(number: int, ends: int | None = None, name: str | None = None, reason: str | None = None) -> Step:
    terms = Terms(ends_at=day(number if ends is None else ends))
    return Step(uuid4(), StepKind.CANCELLATION, day(number), ("shop", name or f"S{next(NUMBERS)}"), terms, reason)


def revoke(number: int, name: str | None = None) -> Step:
    return Step(uuid4(), StepKind.REVOCATION, day(number), ("shop", name or f"S{next(NUMBERS)}"), Terms())


def after(*steps: Step, history: ContractHistory | None = None) -> ContractHistory:
    history = history or signed()
    for step in steps:
        history = history.with_step(step)
    return history


def reason_of(history: ContractHistory, step: Step) -> NoEffect | None:
    return history.no_effects().get(step.id)


def test_a_change_replaces_what_is_given_and_keeps_the_rest():
    changed = after(change(1, monthly_amount=Decimal(0))).contract()
    assert (changed.monthly_amount, changed.product_line, changed.ends_at) == (Decimal(0), "broadband", None)


def test_a_change_may_take_the_end_away():
    history = after(change(1, open_ended=True), history=signed(ends_at=day(30)))
    assert history.contract().ends_at is None
    assert after(change(2, ends_at=day(60)), history=history).contract().ends_at == day(60)


def test_a_cancelled_contract_runs_until_the_cancellation_takes_effect():
    cancelled = after(cancel(10, 30)).contract()
    assert [cancelled.is_active(day(number)) for number in (-1, 0, 29, 30)] == [False, True, True, False]


def test_a_step_after_the_cancellation_is_kept_without_an_effect():
    late, second = change(11, monthly_amount=Decimal(1)), cancel(12)
    history = after(cancel(10, 30), late, second)
    assert history.contract().monthly_amount == Decimal("29.90")
    assert history.contract().ends_at == day(30)
    assert reason_of(history, late) is NoEffect.CONTRACT_CANCELLED
    assert reason_of(history, second) is NoEffect.ALREADY_CANCELLED


def test_a_change_from_before_the_cancellation_counts_though_it_comes_later():
    late = change(5, product_line="fibre")
    history = after(cancel(10), late)
    assert (history.contract().product_line, reason_of(history, late)) == ("fibre", None)


def test_a_revoked_cancellation_leaves_the_contract_as_if_it_had_not_been_cancelled():
    first, meanwhile, second, back = cancel(10), change(11, product_line="fibre"), cancel(12), revoke(13)
    history = after(first, meanwhile, second, back, history=signed(ends_at=day(90)))
    contract = history.contract()
    assert (contract.cancelled_at, contract.ends_at, contract.product_line) == (None, day(90), "fibre")
    assert [reason_of(history, step) for step in (first, meanwhile, second, back)] == [
        NoEffect.CANCELLATION_REVOKED,
        None,
        NoEffect.CANCELLATION_REVOKED,
        None,
    ]


def test_a_contract_may_be_cancelled_again_after_the_revocation():
    again = cancel(14, 20, reason="moved")
    history = after(cancel(10), revoke(12), again)
    assert (history.contract().cancelled_at, history.contract().ends_at) == (day(14), day(20))
    assert (history.contract().cancellation_reason, reason_of(history, again)) == ("moved", None)


def test_nothing_is_there_to_revoke_before_a_cancellation_or_twice():
    early, second = revoke(5), revoke(12)
    history = after(early, cancel(10), revoke(11), second)
    assert history.contract().cancelled_at is None
    assert {reason_of(history, early), reason_of(history, second)} == {NoEffect.NOT_CANCELLED}


@pytest.mark.parametrize("ends", [-3, 10])
def test_a_contract_that_ends_before_its_start_never_ran(ends):
    history = after(cancel(-2, ends), history=signed(starts_at=day(10)))
    contract = history.contract()
    assert contract.never_ran
    assert {contract.status(day(number)) for number in (-5, 0, 10, 99)} == {ContractStatus.NEVER_RAN}
    assert not any(contract.is_active(day(number)) for number in (-5, 0, 10, 99))


def test_a_contract_says_where_it_is():
    contract = signed(ends_at=day(30), starts_at=day(5)).contract()
    statuses = [contract.status(day(number)) for number in (4, 5, 29, 30)]
    assert statuses == ["pending-start", "running", "running", "ended"]
    assert after(cancel(10, 20)).contract().status(day(11)) is ContractStatus.CANCELLED


def test_only_the_start_refuses_a_step():
    history = signed(starts_at=day(10))
    with pytest.raises(ContractConflictError, match="cannot be agreed to end before"):
        history.with_step(change(11, ends_at=day(9)))
    with pytest.raises(ContractConflictError, match="was signed at"):
        history.with_step(change(-1, product_line="fibre"))


def test_steps_of_one_moment_follow_the_numbering_of_their_source():
    history = after(change(1, "K-10", product_line="ten"), change(1, "K-9", product_line="nine"))
    assert history.contract().product_line == "ten"


def test_each_step_raises_the_version_whether_or_not_it_has_an_effect():
    assert [after(*[cancel(1) for _ in range(number)]).contract().version for number in range(3)] == [1, 2, 3]


days = st.integers(0, 4)
names = st.sampled_from(["K-2", "K-10", "k", "ñ", "2"])
ends = days.map(day)
changes = st.builds(
    lambda number, name, terms: change(number, name, **terms),
    days,
    names,
    st.fixed_dictionaries({}, optional={"product_line": st.sampled_from(["fibre", "mobile"])})
    | st.fixed_dictionaries({"ends_at": ends})
    | st.just({"open_ended": True}),
)
cancellations = st.builds(cancel, days, st.integers(-3, 9), names)
revocations = st.builds(revoke, days, names)
histories = st.lists(
    changes | cancellations | revocations, max_size=8, unique_by=lambda step: (step.occurred_at, step.source)
)


@given(histories, st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_state_and_effects(steps, random):
    shuffled = list(steps)
    random.shuffle(shuffled)
    assert after(*shuffled).contract() == after(*steps).contract()
    assert after(*shuffled).no_effects() == after(*steps).no_effects()


@given(histories)
def test_the_state_is_that_of_the_steps_with_an_effect_alone(steps):
    """A step that says it has no effect can be left out."""
    history = after(*steps)
    effective = [step for step in steps if step.id not in history.no_effects()]
    # A revocation in effect needs the cancellation that it revokes, which has no effect itself.
    revoked = [step for step in steps if history.no_effects().get(step.id) is NoEffect.CANCELLATION_REVOKED]
    less = after(*effective, *revoked).contract()
    whole = history.contract()
    for name in ("product_line", "ends_at", "cancelled_at", "cancellation_reason"):
        assert getattr(less, name) == getattr(whole, name)


@given(histories, st.integers(0, 9))
def test_a_revocation_after_everything_leaves_a_contract_that_is_not_cancelled(steps, number):
    contract = after(*steps, revoke(5)).contract()
    changes_only = [step for step in steps if step.kind is StepKind.CHANGE]
    assert contract.cancelled_at is None
    assert contract.ends_at == after(*changes_only).contract().ends_at
    assert contract.is_active(day(number)) == after(*changes_only).contract().is_active(day(number))
