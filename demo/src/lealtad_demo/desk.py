"""The complaints desk, which opens simulated complaints about real returns and resolves them some days later."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from lealtad_demo.chronicle import Chronicle, Complaint
from lealtad_demo.client import COMPLAINTS, Apis
from lealtad_demo.facts import CHANNEL, SYSTEM, Json, customer_ref, timestamp
from lealtad_demo.invoices import Invoice
from lealtad_demo.simulator import LABEL, Grievance, Simulator


@dataclass(slots=True)
class Desk:
    """A desk that opens cases for part of the returns, and resolves each on its day."""

    apis: Apis
    simulator: Simulator
    chronicle: Chronicle
    _due: dict[int, list[tuple[str, Complaint]]] = field(default_factory=lambda: defaultdict(list))
    """Customers and their open cases, by the trading day of the resolution."""

    @property
    def complaining(self) -> list[str]:
        """Return customers with open cases, the next resolution first, once per case."""
        return [customer for day in sorted(self._due) for customer, _ in self._due[day]]

    async def take_in(self, day: int, returns: list[Invoice]) -> int:
        """Open a case for each return with a complaint, and return their number."""
        grievances = [(invoice, self._grievance(invoice)) for invoice in returns]
        complained = [(invoice, grievance) for invoice, grievance in grievances if grievance]
        cases = await asyncio.gather(
            *(self.apis.post(COMPLAINTS, "/v1/cases", case_of(invoice, grievance)) for invoice, grievance in complained)
        )
        for (invoice, _), case in zip(complained, cases, strict=True):
            self._note(day, invoice, case)
        return len(cases)

    async def resolve_due(self, day: int, today: date) -> None:
        """Resolve the cases that are due on this trading day."""
        due = [complaint for _, complaint in self._due.pop(day, [])]
        await asyncio.gather(*(self.apis.post(COMPLAINTS, f"/v1/cases/{one.case_id}/resolve") for one in due))
        for complaint in due:
            complaint.resolved_on = today

    def _grievance(self, invoice: Invoice) -> Grievance | None:
        return self.simulator.complaint(invoice.number, sum((line.amount for line in invoice.lines), Decimal(0)))

    def _note(self, day: int, invoice: Invoice, case: Json) -> None:
        complaint = Complaint(case["id"], case["event_id"], invoice.at.date())
        self.chronicle.pasts[invoice.customer].complaints.append(complaint)
        self._due[day + self.simulator.days_to_resolve(invoice.number)].append((invoice.customer, complaint))


def case_of(invoice: Invoice, grievance: Grievance) -> Json:
    """Return the body that opens a case about a return."""
    return {
        "kind": "complaint",
        "channel": CHANNEL,
        "severity": grievance.severity,
        "cause": grievance.cause,
        "source": {"system": f"{LABEL}-help-desk", "fact_id": invoice.number},
        "customer": customer_ref(invoice.customer),
        "about": {"system": SYSTEM, "fact_id": invoice.number},
        "occurred_at": timestamp(invoice.at),
        "description": f"A simulated complaint about the real return {invoice.number}.",
    }
