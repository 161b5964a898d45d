"""The extraction of the demo's data from UCI Online Retail: `python -m lealtad_demo.extract SOURCE.parquet`.

The extract has every line that names a customer, with unchanged sign, price and time. Only this script needs
pyarrow: `pip install 'lealtad-demo[extract]'`.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from lealtad_demo.files import INVOICES, PRODUCTS, write_lines
from lealtad_demo.product_lines import ProductLineRules

SOURCE_ZONE = ZoneInfo("Europe/London")
"""Time zone of the source, whose retailer is British."""

Row = dict[str, Any]


def invoices_of(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield one document per invoice, in the order of the source: `{invoice, at, customer, country, lines}`.

    A line is `[sku, quantity, unit price]`. `at` is UTC; of the few invoices with two times the earlier one counts.
    """
    by_invoice: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_invoice[row["InvoiceNo"]].append(row)
    for number, lines in by_invoice.items():
        yield {
            "invoice": number,
            "at": utc(min(line["InvoiceDate"] for line in lines)),
            "customer": lines[0]["CustomerID"],
            "country": lines[0]["Country"],
            "lines": [[line["StockCode"], line["Quantity"], line["UnitPrice"]] for line in lines],
        }


def products_of(rows: Iterable[Row], rules: ProductLineRules) -> Iterator[Row]:
    """Yield `{sku, description, product_line}` per article, with the description that the source uses most."""
    descriptions: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        descriptions[row["StockCode"]][row["Description"].strip()] += 1
    for sku, texts in sorted(descriptions.items()):
        text = texts.most_common(1)[0][0]
        yield {"sku": sku, "description": text, "product_line": rules.of(text)}


def utc(local: datetime) -> str:
    """Return a local time of the source as UTC text to the minute."""
    return local.replace(tzinfo=SOURCE_ZONE).astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def main(source: Path) -> None:
    """Write the two files of the extract and print their sizes."""
    from pyarrow import parquet  # noqa: PLC0415 - only this script needs it

    rows = [row for row in parquet.read_table(source).to_pylist() if row["CustomerID"] is not None]
    write_lines(INVOICES, invoices_of(rows))
    write_lines(PRODUCTS, products_of(rows, ProductLineRules.load()))
    for path in (INVOICES, PRODUCTS):
        sys.stdout.write(f"{path.name}: {path.stat().st_size} bytes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
