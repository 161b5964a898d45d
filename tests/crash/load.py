"""Clients that write at a bounded rate, whatever happens to the services, chapter by chapter of business time."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from . import chapters
from .client import Client
from .facts import PRICE, a_fact, lines_of, path_of
from .ledger import SYSTEM, Chapter, Kind, Ledger, Standing
from .sending import COMPLAINTS, PROFILE, Json, Sender
from .stage import Stage

CLIENTS = 6
CUSTOMERS = 40
"""Few enough that several clients write for one customer at once."""
CHAPTER = timedelta(hours=3)
OPENS, CLOSES = 10, 20
"""Chapters lie in contact hours as shipped (09:00 to 20:00 UTC), or offers would not be presented."""
SUNDAY = 6


@dataclass(slots=True)
class Load:
    """All clients, and what they wrote; the same seed makes the same decisions in each client."""

    stage: Stage
    ledger: Ledger
    seed: int = 1
    customers: list[str] = field(default_factory=lambda: [f"{SYSTEM}:c{number}" for number in range(CUSTOMERS)])
    offered: dict[str, Standing] = field(default_factory=dict)
    """Actions that no client has presented in this chapter, by customer."""
    _clients: list[Client] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._clients = [Client(self, number, random.Random(f"{self.seed}/{number}")) for number in range(CLIENTS)]  # noqa: S311 - no secret

    @property
    def sender(self) -> Sender:
        """How clients send."""
        return Sender(self.stage.http, self.stage.stack.urls())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write for the time of the block; at its end every client waits for the answer it has to get."""
        stopping = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for client in self._clients:
                tasks.create_task(client.write_until(stopping))
            try:
                yield
            finally:
                stopping.set()

    async def enrol(self) -> None:
        """Register the customers, who consent to marketing, and open the first chapter."""
        now = self.stage.now().isoformat()
        consent = {"purpose": "marketing", "granted": True, "given_at": now, "source": "load"}
        for customer in self.customers:
            system, _, external_id = customer.partition(":")
            body = {"external_ids": [{"source": system, "external_id": external_id}]}
            await self.sender.write(self.ledger.note(Kind.CUSTOMER, customer, body), PROFILE, "/v1/customers", body)
            write = self.ledger.note(Kind.CONSENT, customer, consent)
            await self.sender.write(write, PROFILE, f"/v1/customers/{customer}/consents", consent)
        await self.turn_the_page(timedelta(0))

    async def turn_the_page(self, delta: timedelta = CHAPTER) -> None:
        """Let business time pass, and all that is due with it; have everybody decided on anew: a new chapter."""
        await self.stage.step(in_contact_hours(self.stage.now() + delta) - self.stage.now())
        standing = await chapters.decide_anew(self.stage, self.ledger.customers())
        self.ledger.chapters.append(Chapter(self.stage.now(), standing))
        self.offered = {customer: standing[customer] for customer in self.customers if standing[customer].offer}

    async def buy(self, fact_id: str, customer: str, quantity: int = 1, *, patient: bool = True) -> bool:
        """Write one purchase; return whether it was accepted."""
        body = a_fact(Kind.PURCHASE, fact_id, self.stage.now(), customer=customer, lines=lines_of(quantity))
        write = self.ledger.note(Kind.PURCHASE, fact_id, body, quantity * PRICE)
        return await self.sender.write(write, PROFILE, path_of(body), body, patient=patient) is not None

    async def complain(self, fact_id: str, customer: str) -> str | None:
        """Open a case; return its id if it was accepted."""
        body = {
            "source": {"system": SYSTEM, "fact_id": fact_id},
            "customer": customer,
            "occurred_at": self.stage.now().isoformat(),
            "channel": "web",
            "kind": "complaint",
            "description": "It arrived broken.",
        }
        case = await self.sender.write(self.ledger.note(Kind.CASE, fact_id, body), COMPLAINTS, "/v1/cases", body)
        return case["id"] if case else None

    async def profile_of(self, customer: str, include: str) -> Json:
        """Return a part of the 360 view."""
        answer = await self.sender.get(PROFILE, f"/v1/customers/{customer}?include={include}")
        return dict(answer.raise_for_status().json())


def in_contact_hours(moment: datetime) -> datetime:
    """Return `moment`, or where it lies at night or on a Sunday, the next morning of a weekday."""
    if moment.hour >= CLOSES:
        moment += timedelta(days=1)
    elif moment.hour >= OPENS and moment.weekday() != SUNDAY:
        return moment
    morning = moment.replace(hour=OPENS, minute=0, second=0, microsecond=0)
    return morning + timedelta(days=1) if morning.weekday() == SUNDAY else morning
