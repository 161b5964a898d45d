"""What happened to each customer during the replay, as the shop itself would remember it."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from statistics import median

from lealtad_demo.invoices import Invoice


@dataclass(slots=True)
class Complaint:
    """A case that was opened for a return."""

    case_id: str
    opened_on: date
    resolved_on: date | None = None


@dataclass(slots=True)
class Past:
    """One customer's purchases, returns and complaints."""

    customer: str
    country: str
    bought_on: list[date] = field(default_factory=list)
    """Each day with a purchase, once, in order."""
    purchases: int = 0
    spent: Decimal = Decimal(0)
    returns: int = 0
    complaints: list[Complaint] = field(default_factory=list)

    @property
    def usual_gap(self) -> float | None:
        """Median number of days between days with a purchase; None before the second."""
        gaps = [(later - earlier).days for earlier, later in zip(self.bought_on, self.bought_on[1:], strict=False)]
        return median(gaps) if gaps else None

    def silent_days(self, today: date) -> int:
        """Return the days since the last purchase, which there must be."""
        return (today - self.bought_on[-1]).days


@dataclass(slots=True)
class Chronicle:
    """The pasts of all customers."""

    pasts: dict[str, Past] = field(default_factory=dict)

    def knows(self, customer: str) -> bool:
        """Return whether the customer was seen before."""
        return customer in self.pasts

    def record(self, invoice: Invoice) -> None:
        """Add an invoice; they come in the order of time."""
        past = self.pasts.setdefault(invoice.customer, Past(invoice.customer, invoice.country))
        if invoice.is_return:
            past.returns += 1
            return
        past.purchases += 1
        past.spent += sum((line.amount for line in invoice.lines), Decimal(0))
        if not past.bought_on or past.bought_on[-1] != invoice.at.date():
            past.bought_on.append(invoice.at.date())
