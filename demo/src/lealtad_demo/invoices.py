"""Invoices of the extract, with their goods, in the order of business time."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from itertools import groupby
from typing import Any

from lealtad_demo.files import COUNTRIES, INVOICES, PRODUCTS, read_lines

GOODS = re.compile(r"\d{5}")
"""Codes of goods begin with five digits; other codes are carriage, discounts and corrections."""
LEAST_PRICE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Product:
    """An article; its product line is derived, see `demo/data/README.md`."""

    sku: str
    description: str
    product_line: str


@dataclass(frozen=True, slots=True)
class Country:
    """The country of a customer, with None for data missing in the source."""

    code: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Goods on an invoice: a positive quantity at a unit price in pounds sterling."""

    sku: str
    quantity: int
    unit_price: Decimal

    @property
    def amount(self) -> Decimal:
        """Return the amount of the line."""
        return self.quantity * self.unit_price


@dataclass(frozen=True, slots=True)
class Invoice:
    """A purchase, or a return when its number begins with C; `at` is UTC."""

    number: str
    at: datetime
    customer: str
    country: str
    lines: tuple[Line, ...]

    @property
    def is_return(self) -> bool:
        """Return whether goods came back or an earlier invoice was cancelled."""
        return self.number.startswith("C")


@dataclass(frozen=True, slots=True)
class TradingDay:
    """All invoices of one day on which the shop traded, in the order of time."""

    invoices: tuple[Invoice, ...]

    @property
    def closes_at(self) -> datetime:
        """Return the time of the day's last invoice."""
        return self.invoices[-1].at


def trading_days(documents: Iterable[Any] | None = None) -> Iterator[TradingDay]:
    """Yield the trading days of the extract, or of the given invoice documents, earliest first."""
    found = (invoice_of(document) for document in documents or read_lines(INVOICES))
    invoices = sorted((invoice for invoice in found if invoice.lines), key=lambda each: (each.at, each.number))
    for _, day in groupby(invoices, key=lambda each: each.at.date()):
        yield TradingDay(tuple(day))


def invoice_of(document: dict[str, Any]) -> Invoice:
    """Return an invoice with its goods, without lines if there are none."""
    return Invoice(
        number=document["invoice"],
        at=datetime.fromisoformat(document["at"]),
        customer=str(document["customer"]),
        country=document["country"],
        lines=goods(document["lines"]),
    )


def goods(lines: Iterable[tuple[str, int, Decimal]]) -> tuple[Line, ...]:
    """Return the lines of goods, with equal article and price as one line."""
    quantities: dict[tuple[str, Decimal], int] = defaultdict(int)
    for sku, quantity, price in lines:
        if GOODS.match(sku) and price >= LEAST_PRICE:
            quantities[sku, Decimal(price)] += abs(quantity)
    return tuple(Line(sku, quantity, price) for (sku, price), quantity in quantities.items())


@cache
def products() -> dict[str, Product]:
    """Return the articles by code."""
    return {document["sku"]: Product(**document) for document in read_lines(PRODUCTS)}


@cache
def countries() -> dict[str, Country]:
    """Return the countries by the source's name; names without a country are missing."""
    table = json.loads(COUNTRIES.read_text(encoding="utf-8"))
    return {name: Country(**country) for name, country in table.items()}
