from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from lealtad_demo.invoices import Invoice, Line, countries, goods, products, trading_days
from lealtad_demo.returns import ReturnMatcher


def a_document(number="536365", at="2010-12-01T08:26Z", lines=(("85123A", 6, Decimal("2.55")),)):
    return {"invoice": number, "at": at, "customer": 17850, "country": "United Kingdom", "lines": lines}


def an_invoice(number, *lines, customer="17850"):
    moment = datetime(2010, 12, 1, 8, 26, tzinfo=UTC)
    return Invoice(number, moment, customer, "United Kingdom", tuple(Line(*line) for line in lines))


def test_carriage_corrections_and_free_goods_are_no_goods():
    odd = [(sku, 1, Decimal(5)) for sku in ("POST", "DOT", "C2", "D", "M", "BANK CHARGES", "CRUK")]
    assert goods([*odd, ("22197", 1, Decimal(0)), ("PADS", 1, Decimal("0.001"))]) == ()


def test_the_same_article_at_the_same_price_is_one_line_and_returns_are_positive():
    assert goods([("22197", -1, Decimal("0.85")), ("22197", -2, Decimal("0.85"))]) == (
        Line("22197", 3, Decimal("0.85")),
    )


def test_invoices_are_grouped_by_day_in_the_order_of_time_and_those_without_goods_are_left_out():
    days = list(
        trading_days(
            [
                a_document("3", "2010-12-02T08:00Z"),
                a_document("2", "2010-12-01T09:00Z"),
                a_document("1", "2010-12-01T08:00Z"),
                a_document("4", "2010-12-03T08:00Z", [("POST", 1, Decimal(18))]),
            ]
        )
    )
    assert [[invoice.number for invoice in day.invoices] for day in days] == [["1", "2"], ["3"]]
    assert days[0].closes_at == datetime(2010, 12, 1, 9, tzinfo=UTC)


def test_the_shipped_extract_has_goods_products_and_countries_for_every_invoice():
    days = list(trading_days())
    assert len(days) == 227
    invoices = [invoice for day in days for invoice in day.invoices]
    assert len(invoices) == 14_141
    assert {line.sku for invoice in invoices for line in invoice.lines} <= products().keys()
    assert {invoice.country for invoice in invoices} - countries().keys() == {
        "Unspecified",
        "European Community",
    }


def test_a_return_is_matched_to_the_latest_purchase_that_still_holds_that_many():
    matcher = ReturnMatcher()
    price = Decimal("2.55")
    matcher.bought(an_invoice("1", ("A", 10, price)))
    matcher.bought(an_invoice("2", ("A", 3, price)))
    matched = [
        returned.purchase
        for number, quantity in (("C3", 2), ("C4", 2), ("C5", 9))
        for returned in matcher.split(an_invoice(number, ("A", quantity, price)))
    ]
    assert matched == ["2", "1", None]


def test_a_return_of_two_purchases_becomes_two_returns_with_numbers_of_their_own():
    matcher = ReturnMatcher()
    matcher.bought(an_invoice("1", ("A", 1, Decimal(1))))
    matcher.bought(an_invoice("2", ("B", 1, Decimal(1))))
    returns = list(matcher.split(an_invoice("C3", ("A", 1, Decimal(1)), ("B", 1, Decimal(1)))))
    assert [(each.number, each.purchase) for each in returns] == [("C3", "1"), ("C3-2", "2")]


def test_goods_of_another_customer_or_price_do_not_match():
    matcher = ReturnMatcher()
    matcher.bought(an_invoice("1", ("A", 1, Decimal(1))))
    other = an_invoice("C2", ("A", 1, Decimal(1)), customer="13047")
    dearer = an_invoice("C3", ("A", 1, Decimal(2)))
    assert [each.purchase for invoice in (other, dearer) for each in matcher.split(invoice)] == [None, None]


lines = st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 5), st.just(Decimal(1))), min_size=1)


@given(st.lists(st.tuples(st.booleans(), lines), max_size=20))
def test_never_comes_more_back_of_a_purchase_than_was_bought_and_nothing_is_lost(history):
    matcher = ReturnMatcher()
    left: Counter[tuple[str, str]] = Counter()
    for number, (is_return, articles) in enumerate(history):
        if not is_return:
            matcher.bought(an_invoice(str(number), *articles))
            left.update({(str(number), sku): 0 for sku, _, _ in articles})
            for sku, quantity, _ in articles:
                left[str(number), sku] += quantity
            continue
        returns = list(matcher.split(an_invoice(f"C{number}", *articles)))
        assert sum(line.quantity for each in returns for line in each.lines) == sum(q for _, q, _ in articles)
        for each in returns:
            for line in each.lines:
                if each.purchase is not None:
                    left[each.purchase, line.sku] -= line.quantity
    assert all(quantity >= 0 for quantity in left.values())
