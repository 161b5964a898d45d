"""The simulated staff, which presents next-best actions and records the answers of simulated customers."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from http import HTTPStatus

from lealtad_demo.chronicle import Chronicle, Contact
from lealtad_demo.client import CAMPAIGNS, CHURN, SEGMENTATION, Apis, RefusedError
from lealtad_demo.facts import Json, customer_ref
from lealtad_demo.figures import Figures
from lealtad_demo.simulator import Simulator

CALL_LIST = 50
"""Number of customers at risk among whom the staff contacts those without a recent contact."""


@dataclass(slots=True)
class Outreach:
    """The contacts of customers with their next-best actions."""

    apis: Apis
    simulator: Simulator
    chronicle: Chronicle
    figures: Figures
    _muted: set[str] = field(default_factory=set)

    async def attend(self, complaining: Iterable[str], now: datetime) -> None:
        """Contact customers whose complaint is open and who had no contact since, within the capacity of the desk."""
        pasts = [self.chronicle.pasts[customer] for customer in dict.fromkeys(complaining)]
        waiting = [past.customer for past in pasts if past.contacts_since_complaint == 0]
        await self._approach_all(waiting[: self.simulator.settings.contacts_a_day.complaining], now)

    async def contact(self, buying: Iterable[str], now: datetime) -> None:
        """Contact customers most at risk, lapsing regulars, and buyers of the day, within the capacity of the staff."""
        most, today = self.simulator.settings.contacts_a_day, now.date()
        endangered, lapsing = await asyncio.gather(self._endangered(), self._lapsing())
        chosen = [
            *self._not_lately(endangered, today)[: most.endangered],
            *self._not_lately(lapsing, today)[: most.lapsing],
            *self._not_lately(buying, today)[: most.buying],
        ]
        await self._approach_all(dict.fromkeys(chosen), now)

    async def _endangered(self) -> list[str]:
        """Return the customers with the most value at risk."""
        ranked = await self.apis.get(CHURN, "/v1/churn-scores", order="value_at_risk", limit=CALL_LIST)
        return [self.chronicle.number_of(score["customer_id"]) for score in ranked["items"]]

    async def _lapsing(self) -> list[str]:
        """Return customers who stopped buying, those with most purchase days first."""
        members = self.apis.items(SEGMENTATION, "/v1/segments/lapsing/members")
        pasts = [self.chronicle.pasts[self.chronicle.number_of(member["customer_id"])] async for member in members]
        return [past.customer for past in sorted(pasts, key=lambda past: (-len(past.bought_on), past.customer))]

    def _not_lately(self, customers: Iterable[str], today: date) -> list[str]:
        since = today - timedelta(days=self.simulator.settings.days_between_contacts)
        pasts = (self.chronicle.pasts[customer] for customer in customers)
        return [past.customer for past in pasts if not past.contacts or past.contacts[-1].on < since]

    async def _approach_all(self, customers: Iterable[str], now: datetime) -> None:
        await asyncio.gather(*(self._approach(customer, now) for customer in customers))

    async def _approach(self, customer: str, now: datetime) -> None:
        path = f"/v1/customers/{customer_ref(customer)}/next-best-action"
        decision = await self.apis.find(CAMPAIGNS, path)
        if decision is None:
            return
        if decision["muted"]:
            self._muted.add(customer)
            self.figures.muted = len(self._muted)
        action = decision["action"]
        if action and datetime.fromisoformat(action["contact_at"]) <= now:
            await self._present(customer, decision, now.date())

    async def _present(self, customer: str, decision: Json, today: date) -> None:
        offer, respond = decision["action"]["offer"], f"/v1/decisions/{decision['decision_id']}/responses"
        try:
            await self.apis.post(CAMPAIGNS, respond, {"response": "presented"})
        except RefusedError as refusal:
            if refusal.status == HTTPStatus.CONFLICT:
                return  # A fact since the decision forbids the contact, so it is not made.
            raise
        self.figures.presented += 1
        answer = self.simulator.answer(customer, offer["key"], offer["kind"], today)
        if answer:
            await self.apis.post(CAMPAIGNS, respond, {"response": answer})
            self.figures.answers[answer] += 1
        self.chronicle.pasts[customer].contacts.append(Contact(today, decision["decision_id"], answer))
