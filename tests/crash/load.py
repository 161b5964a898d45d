"""Clients that buy, return, complain and answer offers at a bounded rate, whatever happens to the services."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import count

from .ledger import SYSTEM, Kind, Ledger
from .sending import Json, Sender
from .stage import Stage

PROFILE, COMPLAINTS, CAMPAIGNS = "customer-profile", "complaints", "campaigns"
PRICE = Decimal("7.35")
CLIENTS = 6
CUSTOMERS = 40
"""Few enough that several clients write for one customer at once."""
PAUSE_S = 0.4
"""Mean time between two things a client does: about 15 requests a second all together."""
BATCH = 12
IMPATIENT = 0.05
"""Share of purchases whose client does not wait for the answer and never asks again."""


@dataclass(slots=True)
class Load:
    """All clients, and what they wrote; the same seed makes the same decisions in each client."""

    stage: Stage
    ledger: Ledger
    seed: int = 1
    customers: list[str] = field(default_factory=lambda: [f"{SYSTEM}:c{number}" for number in range(CUSTOMERS)])
    _clients: list["Client"] = field(default_factory=list)

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
        """Register the customers, who consent to marketing."""
        now = self.stage.now().isoformat()
        consent = {"purpose": "marketing", "granted": True, "given_at": now, "source": "load"}
        for customer in self.customers:
            system, _, external_id = customer.partition(":")
            write = self.ledger.note(Kind.CUSTOMER, customer)
            body = {"external_ids": [{"source": system, "external_id": external_id}]}
            await self.sender.write(write, PROFILE, "/v1/customers", body)
            write = self.ledger.note(Kind.CONSENT, customer)
            await self.sender.write(write, PROFILE, f"/v1/customers/{customer}/consents", consent)

    async def buy(self, fact_id: str, customer: str, quantity: int = 1, *, patient: bool = True) -> bool:
        """Write one purchase; return whether it was accepted."""
        body, amount = a_purchase(fact_id, customer, self.stage.now(), quantity)
        write = self.ledger.note(Kind.PURCHASE, fact_id, amount)
        return await self.sender.write(write, PROFILE, "/v1/purchases", body, patient=patient) is not None


@dataclass(slots=True)
class Client:
    """One of the clients: does one thing after the other."""

    load: Load
    number: int
    random: random.Random
    _facts: "count[int]" = field(default_factory=count)
    _bought: list[tuple[str, str]] = field(default_factory=list)
    """Accepted purchases of which nothing came back, with their customers."""
    _cases: list[str] = field(default_factory=list)
    """Ids of accepted cases that are open."""

    async def write_until(self, stopping: asyncio.Event) -> None:
        """Write until asked to stop; never give a request up before it is answered."""
        habits: dict[Callable[[], Awaitable[None]], int] = {
            self.buy: 45,
            self.buy_in_a_batch: 10,
            self.give_back: 10,
            self.complain: 10,
            self.resolve: 5,
            self.answer_an_offer: 20,
        }
        while not stopping.is_set():
            (act,) = self.random.choices(list(habits), list(habits.values()))
            await act()
            await asyncio.sleep(self.random.expovariate(1 / PAUSE_S))

    async def buy(self) -> None:
        """Write a purchase; some clients are in a hurry and never learn what became of it."""
        fact_id, customer = self._fact_id(), self._customer()
        patient = self.random.random() >= IMPATIENT
        if await self.load.buy(fact_id, customer, self.random.randint(1, 9), patient=patient):
            self._bought.append((fact_id, customer))

    async def buy_in_a_batch(self) -> None:
        """Write several purchases of several customers at once."""
        load, facts, writes, customers = self.load, [], {}, {}
        for _ in range(BATCH):
            fact_id, customers[fact_id] = self._fact_id(), self._customer()
            body, amount = a_purchase(fact_id, customers[fact_id], load.stage.now(), self.random.randint(1, 9))
            facts.append({"type": "purchase", **body})
            writes[fact_id] = load.ledger.note(Kind.PURCHASE, fact_id, amount)
        await load.sender.write_batch(writes, facts)
        self._bought += [(fact_id, customers[fact_id]) for fact_id, write in writes.items() if write.accepted]

    async def give_back(self) -> None:
        """Give a whole purchase back."""
        if not self._bought:
            return
        purchase, customer = self._bought.pop(self.random.randrange(len(self._bought)))
        fact_id, ledger = self._fact_id(), self.load.ledger
        body = {**_common(fact_id, customer, self.load.stage.now()), "purchase": f"{SYSTEM}:{purchase}"}
        write = ledger.note(Kind.RETURN, fact_id, ledger.note(Kind.PURCHASE, purchase).amount)
        await self.load.sender.write(write, PROFILE, "/v1/returns", body)

    async def complain(self) -> None:
        """Open a case."""
        fact_id = self._fact_id()
        body = {
            **_common(fact_id, self._customer(), self.load.stage.now()),
            "kind": "complaint",
            "description": "It arrived broken.",
        }
        write = self.load.ledger.note(Kind.CASE, fact_id)
        if case := await self.load.sender.write(write, COMPLAINTS, "/v1/cases", body):
            self._cases.append(case["id"])

    async def resolve(self) -> None:
        """Resolve a case of this client."""
        if self._cases:
            case = self._cases.pop(0)
            write = self.load.ledger.note(Kind.STEP, f"{case}/resolve")
            await self.load.sender.write(write, COMPLAINTS, f"/v1/cases/{case}/resolve", {})

    async def answer_an_offer(self) -> None:
        """Present a customer's next-best action, if there is one, and pass its answer on."""
        found = await self.load.sender.get(CAMPAIGNS, f"/v1/customers/{self._customer()}/next-best-action")
        decision = found.json()
        if not found.is_success or not decision["action"]:
            return
        if await self._respond(decision["decision_id"], "presented"):
            await self._respond(decision["decision_id"], self.random.choice(["accepted", "rejected"]))

    async def _respond(self, decision: str, response: str) -> bool:
        write = self.load.ledger.note(Kind.RESPONSE, f"{decision}/{response}")
        path = f"/v1/decisions/{decision}/responses"
        return await self.load.sender.write(write, CAMPAIGNS, path, {"response": response}) is not None

    def _customer(self) -> str:
        return self.random.choice(self.load.customers)

    def _fact_id(self) -> str:
        return f"{self.number}-{next(self._facts)}"


def a_purchase(fact_id: str, customer: str, at: datetime, quantity: int) -> tuple[Json, Decimal]:
    """Return the body of a purchase, and what it is worth."""
    line = {"sku": "lantern", "product_line": "lanterns", "quantity": str(quantity), "unit_price": str(PRICE)}
    return {**_common(fact_id, customer, at), "lines": [line]}, quantity * PRICE


def _common(fact_id: str, customer: str, at: datetime) -> Json:
    return {
        "source": {"system": SYSTEM, "fact_id": fact_id},
        "customer": customer,
        "occurred_at": at.isoformat(),
        "channel": "web",
    }
