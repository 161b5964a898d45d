"""What clients wrote and what they were answered: the truth that the services are held against."""

from dataclasses import dataclass, field
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
    CASE = "case"
    STEP = "step"
    RESPONSE = "response"


MAY_BE_REFUSED = frozenset({Kind.STEP, Kind.RESPONSE})
"""Another client may have been first, or what happened since the decision forbids the contact."""


@dataclass(slots=True)
class Write:
    """One thing that clients wrote, however often they sent it."""

    kind: Kind
    name: str
    """Fact id, or what the response or the step is of."""
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


@dataclass(slots=True)
class Ledger:
    """All writes by kind and name."""

    writes: dict[tuple[Kind, str], Write] = field(default_factory=dict)

    def note(self, kind: Kind, name: str, amount: Decimal = Decimal(0)) -> Write:
        """Return the write of this name, taking note of it if it is new."""
        return self.writes.setdefault((kind, name), Write(kind, name, amount))

    def of(self, *kinds: Kind) -> list[Write]:
        """Return the writes of these kinds."""
        return [write for write in self.writes.values() if write.kind in kinds]

    def wrongly_refused(self) -> list[str]:
        """Return what was refused although nothing speaks against it."""
        return [
            f"{write.name} was refused: {write.refusal}"
            for write in self.writes.values()
            if write.refusal and write.kind not in MAY_BE_REFUSED
        ]
