import json
from datetime import datetime

import pytest

from lealtad_demo.extract import invoices_of, products_of, utc
from lealtad_demo.files import DATA, INVOICES, read_lines, write_lines
from lealtad_demo.product_lines import OTHER, ProductLineRules

TWO_MEBIBYTES = 2 * 1024 * 1024


def a_row(**changes):
    row = {
        "InvoiceNo": "536365",
        "StockCode": "85123A",
        "Description": "WHITE HANGING HEART T-LIGHT HOLDER ",
        "Quantity": 6,
        "InvoiceDate": datetime(2010, 12, 1, 8, 26),  # noqa: DTZ001 - the source's times are local
        "UnitPrice": 2.55,
        "CustomerID": 17850,
        "Country": "United Kingdom",
    }
    return row | changes


def test_rows_of_one_invoice_become_one_document_with_its_earliest_time():
    later = a_row(StockCode="71053", InvoiceDate=datetime(2010, 12, 1, 8, 27))  # noqa: DTZ001
    assert list(invoices_of([later, a_row()])) == [
        {
            "invoice": "536365",
            "at": "2010-12-01T08:26Z",
            "customer": 17850,
            "country": "United Kingdom",
            "lines": [["71053", 6, 2.55], ["85123A", 6, 2.55]],
        }
    ]


@pytest.mark.parametrize(
    ("local", "expected"),
    [((2011, 3, 26, 12, 0), "2011-03-26T12:00Z"), ((2011, 3, 28, 12, 0), "2011-03-28T11:00Z")],
)
def test_times_follow_british_summer_time(local, expected):
    assert utc(datetime(*local)) == expected  # noqa: DTZ001


def test_an_article_gets_its_most_frequent_description_and_a_derived_product_line():
    rows = [a_row(), a_row(), a_row(Description="damaged")]
    assert list(products_of(rows, ProductLineRules.load())) == [
        {
            "sku": "85123A",
            "description": "WHITE HANGING HEART T-LIGHT HOLDER",
            "product_line": "candles-and-lighting",
        }
    ]


def test_the_first_rule_that_shares_a_word_decides_and_whole_words_only():
    rules = ProductLineRules((("christmas", frozenset({"XMAS"})), ("bags", frozenset({"BAG"}))))
    assert rules.of("xmas gift bag") == "christmas"
    assert rules.of("BAGPIPE BOOK") == OTHER


def test_decimals_survive_the_file_exactly(tmp_path):
    write_lines(tmp_path / "x.xz", [{"price": 0.1}])
    (document,) = read_lines(tmp_path / "x.xz")
    assert str(document["price"]) == "0.1"


def test_the_shipped_extract_is_whole_small_and_attributed():
    invoices = list(read_lines(INVOICES))
    assert len({each["invoice"] for each in invoices}) == len(invoices) == 14_404
    assert sum(len(each["lines"]) for each in invoices) == 242_127
    assert sum(each["invoice"].startswith("C") for each in invoices) == 2_496
    assert len({each["customer"] for each in invoices}) == 3_412
    assert sum(path.stat().st_size for path in DATA.iterdir()) < TWO_MEBIBYTES
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    assert "10.24432/C5BW33" in readme
    assert "CC BY 4.0" in readme


def test_every_rule_names_a_line_once():
    rules = json.loads((DATA / "product_lines.json").read_text(encoding="utf-8"))
    names = [rule["product_line"] for rule in rules]
    assert len(names) == len(set(names))
