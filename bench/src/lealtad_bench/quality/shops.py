"""Public shops as timelines of customers, and the cut-off days at which they are measured."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID

from churn_scoring.domain.facts import Fact, FactKind
from churn_scoring.training.examples import CustomerTimeline
from lealtad_demo.invoices import trading_days

SPREAD = 2_654_435_761
"""Odd number that spreads customer numbers over all ids, since the id decides to which half a customer belongs."""
OUTSIDE = Path(__file__).parents[5] / "shared" / "data"


@dataclass(frozen=True, slots=True)
class Cut:
    """A shop's data, the last day that is known, and the horizon."""

    shop: str
    day: date
    horizon_days: int

    @property
    def name(self) -> str:
        """Return the key in reports."""
        return f"{self.shop}-{self.day}"


CUTS = (
    Cut("cdnow", date(1997, 10, 1), 90),
    Cut("cdnow", date(1998, 1, 1), 90),
    Cut("cdnow", date(1998, 4, 1), 90),
    Cut("online-retail", date(2011, 6, 11), 90),
    Cut("online-retail", date(2011, 7, 11), 60),
)


class MissingDataError(RuntimeError):
    """A shop's file that is not on this machine."""


def timelines(shop: str) -> list[CustomerTimeline]:
    """Return the customers of a shop; raise MissingDataError if its file is not there."""
    facts = cdnow(cdnow_file()) if shop == "cdnow" else online_retail()
    lives: dict[UUID, CustomerTimeline] = {}
    for fact in facts:
        lives.setdefault(fact.customer_id, CustomerTimeline(fact.customer_id)).facts.append(fact)
    return list(lives.values())


def cdnow_file() -> Path:
    """Return CDNOW's file: of the shared data, or of the package `lifetimes`."""
    folder = Path(os.environ.get("LEALTAD_SHARED_DATA", OUTSIDE))
    package = find_spec("lifetimes")
    files = [folder / "cdnow_master.txt"]
    if package and package.origin:
        files.append(Path(package.origin).parent / "datasets" / "CDNOW_master.txt")
    for file in files:
        if file.exists():
            return file
    raise MissingDataError(f"cdnow_master.txt is not in {folder} (set LEALTAD_SHARED_DATA)")


def cdnow(file: Path) -> Iterable[Fact]:
    """Yield the purchases of CDNOW: customer, date, number of records, dollars, after a heading."""
    for number, line in enumerate(file.read_text(encoding="ascii").splitlines()[1:], start=1):
        customer, day, _, dollars = line.split()
        at = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC)
        yield Fact(UUID(int=number), UUID(int=int(customer) * SPREAD), FactKind.PURCHASE, at, Decimal(dollars))


def online_retail() -> Iterable[Fact]:
    """Yield the purchases and returns of the demo's shop."""
    invoices = (invoice for day in trading_days() for invoice in day.invoices)
    for number, invoice in enumerate(invoices, start=1):
        kind = FactKind.RETURN if invoice.is_return else FactKind.PURCHASE
        total = abs(sum((line.amount for line in invoice.lines), Decimal(0)))
        yield Fact(UUID(int=number), UUID(int=int(invoice.customer) * SPREAD), kind, invoice.at, total)
