from decimal import Decimal
from itertools import groupby
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_profile.domain.returns import Line, ReturnablePurchase, quantities_by_sku
from lealtad.money import minor_units

amounts = st.decimals(min_value="0.01", max_value=100, places=2)
lines = st.builds(Line, sku=st.sampled_from("ABC"), quantity=st.integers(1, 5).map(Decimal), unit_price=amounts)


def total_of(some: tuple[Line, ...] | list[Line]) -> Decimal:
    return sum((line.quantity * line.unit_price for line in some), Decimal(0))


def bought(some: list[Line], paid: Decimal | None = None, currency: str = "EUR") -> ReturnablePurchase:
    return ReturnablePurchase(tuple(some), total_of(some) if paid is None else paid, currency)


def a_line(sku: str, price: str, quantity: int | str = 1) -> Line:
    return Line(sku, Decimal(quantity), Decimal(price))


def given_back(purchase: ReturnablePurchase, *returns: list[Line]) -> list[Decimal]:
    """Return what is given back for returns that follow one another."""
    amounts = []
    for lines in returns:
        amounts.append(purchase.refund_for(lines))
        assert purchase.violation(lines, amounts[-1]) is None
        purchase = purchase.after_return(lines, amounts[-1])
    return amounts


priced = st.builds(
    Line,
    sku=st.sampled_from("ABC"),
    quantity=st.integers(1, 6).map(Decimal),
    unit_price=st.decimals(0, 1000, places=4),
)


def test_more_than_was_bought_of_an_article_is_named():
    purchase = bought([Line("A", Decimal(2), Decimal(1)), Line("A", Decimal(1), Decimal(1))])
    assert purchase.violation([Line("A", Decimal(3), Decimal(1))], Decimal(3)) is None
    assert purchase.violation([Line("A", Decimal(4), Decimal("0.1"))], Decimal(1)) == (
        "article A: 4 to be returned, 3 left of the purchase"
    )
    assert "article Z" in (purchase.violation([Line("Z", Decimal(1), Decimal(1))], Decimal(1)) or "")


def test_more_money_than_was_paid_is_named():
    purchase = bought([Line("A", Decimal(2), Decimal(5))])
    assert purchase.violation([Line("A", Decimal(1), Decimal(5))], Decimal("10.01")) == (
        "10.01 to be given back, 10 left of the purchase"
    )


@given(st.lists(lines, min_size=1, max_size=6), st.lists(st.lists(lines, max_size=3), max_size=6))
def test_however_many_returns_come_never_more_than_bought_comes_back(purchase_lines, returns):
    purchase = bought(purchase_lines)
    accepted: list[Line] = []
    for wanted in returns:
        if purchase.violation(wanted, total_of(wanted)) is None:
            purchase = purchase.after_return(wanted, total_of(wanted))
            accepted += wanted
    assert all(count <= quantities_by_sku(purchase_lines)[sku] for sku, count in quantities_by_sku(accepted).items())
    assert total_of(accepted) == purchase.returned_total <= purchase.total


@given(st.lists(lines, min_size=1, max_size=6), st.data())
def test_what_is_left_can_come_back_and_then_nothing_is_left(purchase_lines, data):
    purchase = bought(purchase_lines)
    part = data.draw(st.lists(st.sampled_from(purchase_lines), unique_by=id, max_size=3))
    purchase = purchase.after_return(part, Decimal(0))
    rest = purchase.remaining_lines()
    assert purchase.violation(rest, purchase.remaining) is None
    assert purchase.after_return(rest, purchase.remaining).remaining_lines() == ()


def test_lines_give_back_their_share_of_what_was_paid():
    dear, cheap = a_line("A", "150"), a_line("B", "60")
    purchase = bought([dear, cheap], paid=Decimal(168))

    assert given_back(purchase, [dear], [cheap]) == [Decimal(120), Decimal(48)]
    assert given_back(purchase, [cheap], [dear]) == [Decimal(48), Decimal(120)]
    assert given_back(purchase, [cheap, dear]) == [Decimal(168)]


def test_pieces_of_half_a_cent_are_returned_one_by_one():
    piece = a_line("A", "1.115")

    assert given_back(bought([a_line("A", "1.115", 2)]), [piece], [piece]) == [Decimal("1.12"), Decimal("1.11")]


def test_a_line_is_known_by_its_price_and_else_the_first_that_is_left_is_meant():
    purchase = bought([a_line("A", "10"), a_line("A", "2")], paid=Decimal(6))

    assert given_back(purchase, [a_line("A", "2")], [a_line("A", "10")]) == [1, 5]
    assert given_back(purchase, [a_line("A", "7")], [a_line("A", "7")]) == [5, 1]


def test_what_was_free_gives_back_an_equal_share_of_what_was_paid_for_something_else():
    purchase = bought([a_line("A", "0", 2), a_line("B", "0")], paid=Decimal(5))

    assert given_back(purchase, [a_line("B", "0")], [a_line("A", "0")], [a_line("A", "0")]) == [
        Decimal("1.67"),
        Decimal("1.66"),
        Decimal("1.67"),
    ]


def test_the_last_goods_take_what_another_return_left_and_nothing_takes_more():
    half = a_line("A", "50")
    purchase = bought([a_line("A", "50", 2)])

    assert purchase.after_return([half], Decimal(40)).refund_for([half]) == 60
    assert bought([a_line("A", "50", 3)]).after_return([half], Decimal(120)).refund_for([half]) == 30


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
@given(st.lists(priced, min_size=1, max_size=5), st.integers(0, 10**7), st.randoms(use_true_random=False))
def test_in_any_order_and_any_splitting_all_returns_together_are_exactly_what_was_paid(
    currency: str, purchase_lines: list[Line], coins: int, random: Random
):
    coin = Decimal(1).scaleb(-minor_units(currency))
    purchase = bought(purchase_lines, coins * coin, currency)
    pieces = [Line(line.sku, Decimal(1), line.unit_price) for line in purchase_lines for _ in range(int(line.quantity))]
    random.shuffle(pieces)
    returns = [list(some) for _, some in groupby(pieces, key=lambda _: random.random() < 0.5)]

    amounts = given_back(purchase, *returns)

    assert sum(amounts) == purchase.total
    value = total_of(purchase_lines)
    for lines, amount in zip(returns, amounts, strict=True):
        assert amount >= 0
        assert amount % coin == 0
        if value:
            assert abs(amount - purchase.total * total_of(lines) / value) <= coin
