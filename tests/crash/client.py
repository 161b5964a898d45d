"""One of the load's clients: what customers, clerks and cashiers do, one thing after the other."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING

from .facts import PRICE, a_fact, lines_of, money, path_of, reference_to
from .ledger import Kind, Write
from .sending import CAMPAIGNS, COMPLAINTS, PROFILE, Json

if TYPE_CHECKING:
    from .load import Load

PAUSE_S = 0.4
"""Mean time between two things a client does: about 15 requests a second all together."""
BATCH = 12
IMPATIENT = 0.05
"""Share of purchases whose client does not wait for the answer and never asks again."""
MOST_CONTRACTS = 5


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract that this client started and did not cancel."""

    fact_id: str
    customer: str
    monthly_amount: Decimal


@dataclass(slots=True)
class Client:
    """One of the clients: does one thing after the other."""

    load: "Load"
    number: int
    random: random.Random
    _facts: "count[int]" = field(default_factory=count)
    _bought: list[tuple[str, str]] = field(default_factory=list)
    """Accepted purchases of which nothing came back, with their customers."""
    _contracts: list[Contract] = field(default_factory=list)
    _cases: list[tuple[str, str]] = field(default_factory=list)
    """Fact ids and ids of accepted cases that are open."""

    async def write_until(self, stopping: asyncio.Event) -> None:
        """Write until asked to stop; never give a request up before it is answered."""
        habits: dict[Callable[[], Awaitable[None]], int] = {
            self.buy: 35,
            self.write_a_batch: 10,
            self.give_back: 8,
            self.pay: 6,
            self.meet: 6,
            self.sign: 5,
            self.change_a_contract: 5,
            self.cancel: 2,
            self.complain: 8,
            self.resolve: 5,
            self.answer_an_offer: 10,
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

    async def write_a_batch(self) -> None:
        """Write purchases, payments and touchpoints of several customers at once."""
        writes = {}
        for _ in range(BATCH):
            make = self.random.choice([self._purchase, self._purchase, self._payment, self._touchpoint])
            write = make()
            writes[write.name] = write
        await self.load.sender.write_batch(writes, [write.said for write in writes.values()])
        bought = [write for write in writes.values() if write.kind is Kind.PURCHASE and write.accepted]
        self._bought += [(write.name, write.said["customer"]) for write in bought]

    async def give_back(self) -> None:
        """Give a whole purchase back."""
        if not self._bought:
            return
        purchase, customer = self._bought.pop(self.random.randrange(len(self._bought)))
        amount = self.load.ledger.note(Kind.PURCHASE, purchase).amount
        await self._send(self._fact(Kind.RETURN, amount, customer=customer, purchase=reference_to(purchase)))

    async def pay(self) -> None:
        """Write a payment that arrived, or that failed."""
        await self._send(self._payment())

    async def meet(self) -> None:
        """Write a touchpoint, good or bad."""
        await self._send(self._touchpoint())

    async def sign(self) -> None:
        """Start a contract, unless this client looks after enough of them."""
        if len(self._contracts) >= MOST_CONTRACTS:
            return
        customer, amount = self._customer(), self._price()
        write = self._fact(
            Kind.CONTRACT_START, amount, customer=customer, product_line="light-care", monthly_amount=money(amount)
        )
        if await self._send(write):
            self._contracts.append(Contract(write.name, customer, amount))

    async def change_a_contract(self) -> None:
        """Change the price of one of this client's contracts."""
        if self._contracts:
            contract = self._contracts.pop(0)
            amount = self._price()
            said = {"contract": reference_to(contract.fact_id), "monthly_amount": money(amount)}
            accepted = await self._send(self._fact(Kind.CONTRACT_CHANGE, amount, customer=contract.customer, **said))
            self._contracts.append(replace(contract, monthly_amount=amount) if accepted else contract)

    async def cancel(self) -> None:
        """Cancel one of this client's contracts, at once."""
        if self._contracts:
            contract = self._contracts.pop(0)
            said = {"contract": reference_to(contract.fact_id), "reason": "too-dear"}
            await self._send(
                self._fact(Kind.CONTRACT_CANCEL, contract.monthly_amount, customer=contract.customer, **said)
            )

    async def complain(self) -> None:
        """Open a case."""
        fact_id = self._fact_id()
        if case := await self.load.complain(fact_id, self._customer()):
            self._cases.append((fact_id, case))

    async def resolve(self) -> None:
        """Resolve a case of this client."""
        if self._cases:
            fact_id, case = self._cases.pop(0)
            write = self.load.ledger.note(Kind.STEP, f"{fact_id}/resolve", {"case": fact_id, "step": "resolve"})
            await self.load.sender.write(write, COMPLAINTS, f"/v1/cases/{case}/resolve", {})

    async def answer_an_offer(self) -> None:
        """Present the next-best action of a customer to whom nobody presented it yet, and pass the answer on."""
        if not self.load.offered:
            return
        customer = self.random.choice(list(self.load.offered))
        decision = self.load.offered.pop(customer).decision_id
        for response in ("presented", self.random.choice(["accepted", "rejected"])):
            write = self.load.ledger.note(
                Kind.RESPONSE, f"{decision}/{response}", {"customer": customer, "response": response}
            )
            path = f"/v1/decisions/{decision}/responses"
            if not await self.load.sender.write(write, CAMPAIGNS, path, {"response": response}):
                return

    def _purchase(self) -> Write:
        quantity = self.random.randint(1, 9)
        return self._fact(Kind.PURCHASE, quantity * PRICE, customer=self._customer(), lines=lines_of(quantity))

    def _payment(self) -> Write:
        amount = self._price()
        failed = self.random.random() < 1 / 4
        how = {"status": "failed", "reason": "no-funds"} if failed else {"method": "card"}
        return self._fact(Kind.PAYMENT, amount, customer=self._customer(), amount=money(amount), **how)

    def _touchpoint(self) -> Write:
        sentiment = self.random.choice(["positive", "neutral", "negative"])
        said = {"kind": "call", "phase": "use", "sentiment": sentiment}
        return self._fact(Kind.TOUCHPOINT, Decimal(0), customer=self._customer(), **said)

    def _fact(self, kind: Kind, worth: Decimal, /, **said: object) -> Write:
        fact_id = self._fact_id()
        body = a_fact(kind, fact_id, self.load.stage.now(), **said)
        return self.load.ledger.note(kind, fact_id, body, worth)

    async def _send(self, write: Write) -> Json | None:
        return await self.load.sender.write(write, PROFILE, path_of(write.said), write.said)

    def _price(self) -> Decimal:
        return PRICE * self.random.randint(1, 9)

    def _customer(self) -> str:
        return self.random.choice(self.load.customers)

    def _fact_id(self) -> str:
        return f"{self.number}-{next(self._facts)}"
