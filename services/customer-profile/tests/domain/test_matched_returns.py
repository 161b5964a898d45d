from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_profile.domain.matched_returns import ExceedsPurchaseError, MatchedReturn, ReturnedPurchase
from customer_profile.domain.returns import Line, ReturnablePurchase

MORNING = datetime(2011, 3, 1, 8, tzinfo=UTC)
NAMES = UUID(int=7)

lines = st.builds(
    Line,
    sku=st.sampled_from("AB"),
    quantity=st.integers(1, 3).map(Decimal),
    unit_price=st.decimals("0.01", 50, places=2),
)


def a_return(number: int, lines: list[Line], stated: str | None = None, hours: int = 0) -> tuple[UUID, MatchedReturn]:
    order = (MORNING + timedelta(hours=hours), "shop", f"R{number}")
    return uuid5(NAMES, str(number)), MatchedReturn(order, tuple(lines), None if stated is None else Decimal(stated))


def bought(*lines: Line, paid: str) -> ReturnedPurchase:
    return ReturnedPurchase.of(ReturnablePurchase(lines, Decimal(paid), "EUR"))


def piece(quantity: int = 1) -> Line:
    return Line("A", Decimal(quantity), Decimal(50))


def test_a_return_that_arrives_late_moves_the_computed_refund_of_a_later_one():
    purchase = bought(piece(2), paid="100")
    later, computed = a_return(1, [piece()], hours=2)
    earlier, stated = a_return(2, [piece()], stated="70", hours=1)

    alone = purchase.with_return(later, computed)
    both = alone.with_return(earlier, stated)

    assert alone.refunds == {later: 50}
    assert both.refunds == {later: 30, earlier: 70}
    assert both.refunds == purchase.with_return(earlier, stated).with_return(later, computed).refunds


def test_stated_refunds_never_move_and_more_than_was_paid_is_refused():
    purchase = bought(piece(2), paid="100").with_return(*a_return(1, [piece()], stated="60", hours=2))

    with pytest.raises(ExceedsPurchaseError, match="60 to be given back, 40 left"):
        purchase.with_return(*a_return(2, [piece()], stated="60", hours=1))
    with pytest.raises(ExceedsPurchaseError, match="article A: 2 to be returned, 1 left"):
        purchase.with_return(*a_return(3, [piece(2)], hours=1))


@given(
    st.lists(lines, min_size=1, max_size=4),
    st.integers(0, 30000),
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, None, "0", "0.05"])), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_in_any_order_of_arrival_the_refunds_are_the_same(
    purchase_lines: list[Line], cents: int, told: list[tuple[int, str | None]], random: Random
):
    purchase = bought(*purchase_lines, paid=str(Decimal(cents) / 100))
    pieces = [Line(line.sku, Decimal(1), line.unit_price) for line in purchase_lines for _ in range(int(line.quantity))]
    random.shuffle(pieces)
    returns = [
        a_return(number, [piece], stated, hours)
        for number, (piece, (hours, stated)) in enumerate(zip(pieces, told, strict=False))
    ]

    def after(order: list[tuple[UUID, MatchedReturn]]) -> ReturnedPurchase:
        """Return the purchase after returns, where a refused one is sent again until the others are there."""
        state, waiting = purchase, order
        while waiting:
            refused = []
            for item in waiting:
                try:
                    state = state.with_return(*item)
                except ExceedsPurchaseError:
                    refused.append(item)
            if len(refused) == len(waiting):
                break
            waiting = refused
        return state

    expected = after(sorted(returns, key=lambda item: item[1].order))
    random.shuffle(returns)
    state = after(returns)
    if len(expected.refunds) == len(state.refunds) == len(returns):
        assert state.refunds == expected.refunds
    assert sum(state.refunds.values()) <= purchase.bought.total
