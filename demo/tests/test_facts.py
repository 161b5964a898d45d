from datetime import UTC, datetime
from decimal import Decimal

from lealtad_demo.facts import FactWriter
from lealtad_demo.invoices import Invoice, Line, TradingDay

NOON = datetime(2010, 12, 1, 12, tzinfo=UTC)


def an_invoice(number, quantity=6):
    goods = (Line("85123A", quantity, Decimal("2.55")),)
    return Invoice(number, NOON, "17850", "United Kingdom", goods)


def written(*invoices):
    return [fact.body for fact in FactWriter().of(TradingDay(invoices))]


def test_an_invoice_becomes_a_purchase_with_exact_decimals_as_text():
    assert written(an_invoice("536365")) == [
        {
            "type": "purchase",
            "source": {"system": "online-retail", "fact_id": "536365"},
            "customer": "online-retail:17850",
            "occurred_at": "2010-12-01T12:00:00Z",
            "channel": "web",
            "lines": [
                {
                    "sku": "85123A",
                    "product_line": "candles-and-lighting",
                    "quantity": "6",
                    "unit_price": "2.55",
                }
            ],
        }
    ]


def test_a_return_names_the_purchase_of_an_earlier_day_and_is_no_contract_cancellation():
    writer = FactWriter()
    list(writer.of(TradingDay((an_invoice("536365"),))))
    (fact,) = writer.of(TradingDay((an_invoice("C536400", 2),)))
    assert fact.body["type"] == "return"
    assert fact.body["purchase"] == "online-retail:536365"
    assert fact.body["lines"][0]["quantity"] == "2"
    assert not fact.is_purchase


def test_a_return_of_something_bought_before_the_extract_names_no_purchase():
    (body,) = written(an_invoice("C536400"))
    assert "purchase" not in body
