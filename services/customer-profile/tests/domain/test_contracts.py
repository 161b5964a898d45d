from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_profile.domain.contracts import Contract, ContractConflictError

START = datetime(2011, 1, 1, tzinfo=UTC)


def contract(ends_at: datetime | None = None) -> Contract:
    return Contract(
        id=uuid4(),
        customer_id=uuid4(),
        product_line="broadband",
        monthly_amount=Decimal("29.90"),
        starts_at=START,
        ends_at=ends_at,
        changed_at=START,
    )


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def test_a_change_replaces_what_is_given_and_keeps_the_rest():
    changed = contract().change(day(1), monthly_amount=Decimal(0))
    assert (changed.monthly_amount, changed.product_line, changed.ends_at) == (Decimal(0), "broadband", None)


def test_a_cancelled_contract_runs_until_the_cancellation_takes_effect():
    cancelled = contract().cancel(day(10), effective_at=day(30))
    assert [cancelled.is_active(day(number)) for number in (-1, 0, 29, 30)] == [False, True, True, False]


def test_a_cancelled_contract_changes_no_more():
    cancelled = contract().cancel(day(10), effective_at=day(30))
    with pytest.raises(ContractConflictError, match="was cancelled"):
        cancelled.change(day(11), monthly_amount=Decimal(1))
    with pytest.raises(ContractConflictError, match="was cancelled"):
        cancelled.cancel(day(11), effective_at=day(11))


def test_no_contract_ends_before_it_starts():
    with pytest.raises(ContractConflictError, match="cannot end before"):
        contract().cancel(day(1), effective_at=day(-1))


@given(st.lists(st.tuples(st.booleans(), st.integers(-3, 20)), max_size=8))
def test_whatever_comes_it_is_cancelled_once_and_time_never_runs_backwards(steps):
    current, times, cancellations = contract(), [START], 0
    for is_cancellation, number in steps:
        try:
            current = (
                current.cancel(day(number), effective_at=day(number))
                if is_cancellation
                else current.change(day(number), monthly_amount=Decimal(number + 3))
            )
        except ContractConflictError:
            continue
        times.append(day(number))
        cancellations += is_cancellation
    assert times == sorted(times)
    assert cancellations <= 1
    assert (current.cancelled_at is not None) == bool(cancellations)
