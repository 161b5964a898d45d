"""What clients wrote and what they were answered: the truth that the services are held against."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from http import HTTPStatus
from typing import Any
from uuid import UUID

SYSTEM = "load"
"""Source system of all that the load writes."""


class Kind(StrEnum):
    """What a client wrote."""

    CUSTOMER = "customer"
    CONSENT = "consent"
    PURCHASE = "purchase"
    RETURN = "return"
    PAYMENT = "payment"
    TOUCHPOINT = "touchpoint"
    CONTRACT_START = "contract-start"
    CONTRACT_CHANGE = "contract-change"
    CONTRACT_CANCEL = "contract-cancel"
    CASE = "case"
    STEP = "step"
    RESPONSE = "response"


FACTS = (
    Kind.PURCHASE,
    Kind.RETURN,
    Kind.PAYMENT,
    Kind.TOUCHPOINT,
    Kind.CONTRACT_START,
    Kind.CONTRACT_CHANGE,
    Kind.CONTRACT_CANCEL,
)
"""What customer-profile takes in as facts."""
MAY_BE_REFUSED = frozenset({Kind.STEP, Kind.RESPONSE})
"""Another client may have been first, or what happened since the decision forbids the contact."""


@dataclass(slots=True)
class Write:
    """One thing that clients wrote, however often they sent it."""

    kind: Kind
    name: str
    """Fact id, or what the response or the step is of."""
    said: dict[str, Any] = field(default_factory=dict)
    """What it says, in words that hold in any stack: no id that a service gave."""
    amount: Decimal = Decimal(0)
    answered: UUID | None = None
    """What a 2xx answer named: the event that tells of it, or the case that was resolved."""
    waiting: int = 0
    """Requests that were not answered, or are not yet."""
    refusal: str | None = None

    @property
    def accepted(self) -> bool:
        """Whether it was answered 2xx: it has to be everywhere, once."""
        return self.answered is not None

    @property
    def possible(self) -> bool:
        """Whether it may be there at all, at most once."""
        return self.accepted or self.waiting > 0

    def send(self) -> None:
        """Take note of a request that goes out."""
        self.waiting += 1

    def answer(self, status: int, body: Any) -> None:
        """Take note of an answer; a 2xx one has to name the same event every time."""
        self.waiting -= 1
        if status >= HTTPStatus.MULTIPLE_CHOICES:
            self.refusal = f"{status} {body.get('type')}: {body.get('detail')} {body.get('errors') or ''}"
            return
        found = UUID(body.get("event_id") or body["id"])
        if self.answered not in (None, found):
            raise AssertionError(f"{self.name} was answered with two events: {self.answered}, {found}")
        self.answered = found


@dataclass(frozen=True, slots=True)
class Standing:
    """The next-best action of a customer; two are equal that mean the same offer, whatever their ids."""

    offer: str | None
    channel: str | None
    reason: str
    decision_id: str = field(compare=False)


@dataclass(slots=True)
class Chapter:
    """What was written at one business time, and what stood at its beginning."""

    moment: datetime
    standing: dict[str, Standing]
    """By customer, as decided by the chapter's rules on all that was before it."""
    writes: list[Write] = field(default_factory=list)


@dataclass(slots=True)
class Ledger:
    """All writes, by kind and name, and in their chapters; those before the first chapter are the prologue."""

    writes: dict[tuple[Kind, str], Write] = field(default_factory=dict)
    prologue: list[Write] = field(default_factory=list)
    chapters: list[Chapter] = field(default_factory=list)

    def note(self, kind: Kind, name: str, said: dict[str, Any] | None = None, amount: Decimal = Decimal(0)) -> Write:
        """Return the write of this name, taking note of it if it is new."""
        if (known := self.writes.get((kind, name))) is not None:
            return known
        write = self.writes[kind, name] = Write(kind, name, said or {}, amount)
        (self.chapters[-1].writes if self.chapters else self.prologue).append(write)
        return write

    def of(self, *kinds: Kind) -> list[Write]:
        """Return the writes of these kinds."""
        return [write for write in self.writes.values() if write.kind in kinds]

    def customers(self) -> list[str]:
        """Return the references of all customers who were written about, the newest last."""
        named = (write.said.get("customer", write.name) for write in self.of(Kind.CUSTOMER, *FACTS, Kind.CASE))
        return list(dict.fromkeys(named))

    def wrongly_refused(self) -> list[str]:
        """Return what was refused although nothing speaks against it."""
        return [
            f"{write.name} was refused: {write.refusal}"
            for write in self.writes.values()
            if write.refusal and write.kind not in MAY_BE_REFUSED
        ]
