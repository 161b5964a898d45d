"""The history of each customer during the replay, as recorded by the shop."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from lealtad_demo.invoices import Invoice


@dataclass(slots=True)
class Complaint:
    """A case that was opened for a return."""

    case_id: str
    event_id: str
    opened_on: date
    resolved_on: date | None = None


@dataclass(slots=True)
class Contact:
    """A decision that was presented to the customer, and the simulated answer, if there was one."""

    on: date
    decision_id: str
    answer: str | None


@dataclass(slots=True)
class Past:
    """One customer's purchases, returns and complaints."""

    customer: str
    country: str
    id: str = ""
    """The id of the customer in the services."""
    bought_on: list[date] = field(default_factory=list)
    """Each day with a purchase, once, in order."""
    purchases: int = 0
    spent: Decimal = Decimal(0)
    returns: int = 0
    complaints: list[Complaint] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)

    @property
    def usual_gap(self) -> float | None:
        """Return the mean days between days with a purchase, as in churn-scoring; None before the second."""
        gaps = len(self.bought_on) - 1
        return (self.bought_on[-1] - self.bought_on[0]).days / gaps if gaps > 0 else None

    @property
    def longest_gap(self) -> int:
        """Return the longest time in days between two days with a purchase; 0 before the second."""
        pairs = zip(self.bought_on, self.bought_on[1:], strict=False)
        return max(((later - earlier).days for earlier, later in pairs), default=0)

    @property
    def kinds_of_answer(self) -> int:
        """Return the number of different answers to offers: 0, 1 or 2."""
        return len({contact.answer for contact in self.contacts if contact.answer})

    @property
    def contacts_since_complaint(self) -> int:
        """Return the number of contacts after the day of the newest complaint, which must exist."""
        return sum(contact.on > self.complaints[-1].opened_on for contact in self.contacts)

    def last_bought_before(self, day: date) -> date | None:
        """Return the last day with a purchase before `day`, or None."""
        return next((bought for bought in reversed(self.bought_on) if bought < day), None)

    def silent_days(self, today: date) -> int:
        """Return the days since the last purchase, which must exist."""
        return (today - self.bought_on[-1]).days


@dataclass(slots=True)
class Chronicle:
    """The pasts of all customers, by the shop's number."""

    pasts: dict[str, Past] = field(default_factory=dict)
    _numbers: dict[str, str] = field(default_factory=dict)

    def enrol(self, customer: str, country: str, identity: str) -> None:
        """Add a customer with their id in the services."""
        self.pasts[customer] = Past(customer, country, identity)
        self._numbers[identity] = customer

    def number_of(self, identity: str) -> str:
        """Return the shop's number of a customer."""
        return self._numbers[identity]

    def record(self, invoice: Invoice) -> None:
        """Add an invoice; invoices must come in the order of time."""
        past = self.pasts[invoice.customer]
        if invoice.is_return:
            past.returns += 1
            return
        past.purchases += 1
        past.spent += sum((line.amount for line in invoice.lines), Decimal(0))
        if not past.bought_on or past.bought_on[-1] != invoice.at.date():
            past.bought_on.append(invoice.at.date())
