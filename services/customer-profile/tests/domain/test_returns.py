from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from customer_profile.domain.returns import Bought, Line, quantities

amounts = st.decimals(min_value="0.01", max_value=100, places=2)
lines = st.builds(Line, sku=st.sampled_from("ABC"), quantity=st.integers(1, 5).map(Decimal), unit_price=amounts)


def total_of(some: tuple[Line, ...] | list[Line]) -> Decimal:
    return sum((line.quantity * line.unit_price for line in some), Decimal(0))


def bought(some: list[Line]) -> Bought:
    return Bought(tuple(some), total_of(some), {}, Decimal(0))


def test_more_than_was_bought_of_an_article_is_named():
    purchase = bought([Line("A", Decimal(2), Decimal(1)), Line("A", Decimal(1), Decimal(1))])
    assert purchase.objection([Line("A", Decimal(3), Decimal(1))], Decimal(3)) is None
    assert purchase.objection([Line("A", Decimal(4), Decimal("0.1"))], Decimal(1)) == (
        "article A: 4 to be returned, 3 left of the purchase"
    )
    assert "article Z" in (purchase.objection([Line("Z", Decimal(1), Decimal(1))], Decimal(1)) or "")


def test_more_money_than_was_paid_is_named():
    purchase = bought([Line("A", Decimal(2), Decimal(5))])
    assert purchase.objection([Line("A", Decimal(1), Decimal(5))], Decimal("10.01")) == (
        "10.01 to be given back, 10 left of the purchase"
    )


@given(st.lists(lines, min_size=1, max_size=6), st.lists(st.lists(lines, max_size=3), max_size=6))
def test_however_many_returns_come_never_more_than_bought_comes_back(purchase_lines, returns):
    purchase = bought(purchase_lines)
    accepted: list[Line] = []
    for wanted in returns:
        if purchase.objection(wanted, total_of(wanted)) is None:
            purchase = purchase.less(wanted, total_of(wanted))
            accepted += wanted
    assert all(count <= quantities(purchase_lines)[sku] for sku, count in quantities(accepted).items())
    assert total_of(accepted) == purchase.returned_total <= purchase.total


@given(st.lists(lines, min_size=1, max_size=6), st.data())
def test_what_is_left_can_come_back_and_then_nothing_is_left(purchase_lines, data):
    purchase = bought(purchase_lines)
    part = data.draw(st.lists(st.sampled_from(purchase_lines), unique_by=id, max_size=3))
    purchase = purchase.less(part, Decimal(0))
    rest = purchase.remaining_lines()
    assert purchase.objection(rest, purchase.remaining) is None
    assert purchase.less(rest, purchase.remaining).remaining_lines() == ()
