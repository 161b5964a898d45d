"""State of one transaction of facts: loaded once for all of them, and updated from fact to fact."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

from customer_profile.customers.repository import LockedCustomer
from customer_profile.facts.kinds.fact_ref import FactRefs, Source
from customer_profile.facts.schemas import fact_document
from customer_profile.policy.schemas import IntakePolicy
from lealtad.db import Connection
from lealtad.events.cause import Lane
from lealtad.events.model import EventData
from lealtad.http import CustomerRef
from lealtad.ids import new_id

UNKNOWN_CONTENT = b""
"""Fingerprint of a fact that was restored from its event, which does not hold the request of the source."""

State = TypeVar("State", bound="RelatedState")


@dataclass(frozen=True, slots=True)
class StoredFact:
    """A fact that is recorded, or will be at the commit."""

    id: UUID
    kind: str
    customer_id: UUID | None
    fingerprint: bytes
    data: Mapping[str, Any]
    """Data of its event as JSON values."""
    pending: bool = False
    """Whether it waits for the fact that it names, and has no event yet."""

    def document(self) -> dict[str, Any]:
        """Return the fact as a resource."""
        return {**fact_document(self.id, self.data), **({"event_id": None} if self.pending else {})}


@dataclass(frozen=True, slots=True)
class PendingFact:
    """An accepted fact that waits for the fact that it names."""

    id: UUID
    kind: str
    source: Source
    waits_for: Source
    occurred_at: datetime
    recorded_at: datetime
    lane: Lane
    fingerprint: bytes
    request: Mapping[str, Any]
    """The request as JSON values, for the decision when the awaited fact comes."""
    data: Mapping[str, Any]
    """The fields of the resource as JSON values."""

    def stored(self) -> StoredFact:
        """Return the fact as one that is recorded."""
        return StoredFact(self.id, self.kind, None, self.fingerprint, self.data, pending=True)


class RelatedState(ABC):
    """Stored state that facts name, read and change, such as purchases and contracts.

    A kind of fact with such state subclasses this one and names the subclass in its descriptor.
    """

    field: ClassVar[str]
    """The request field that names the state by a reference to a fact."""
    has_customer: ClassVar[bool] = False
    """Whether the customer of the state is the customer of the fact, so that the fact may leave the customer out."""

    @abstractmethod
    async def load(self, connection: Connection, refs: FactRefs) -> Mapping[Source, UUID]:
        """Load all that `refs` name, by one statement; return the ids by the source's own names."""

    def customers(self) -> set[UUID]:
        """Return the customers of the loaded state, to be locked with those that the facts name."""
        return set()


@dataclass(slots=True)
class FactBatch:
    """State that decisions read, and that accepted facts change."""

    now: datetime
    """Business time."""
    recorded_at: datetime
    """System time."""
    currency: str
    policy: IntakePolicy
    lane: Lane
    customers: dict[CustomerRef, LockedCustomer]
    facts: dict[Source, StoredFact]
    waiting: dict[Source, dict[UUID, StoredFact]] = field(default_factory=dict)
    """Recorded facts, by id, that wait for a fact with this name."""
    updates: list[EventData] = field(default_factory=list)
    """Events that change recorded facts, in their order; they follow from accepted facts."""
    newcomers: dict[CustomerRef, UUID] = field(default_factory=dict)
    """Customers that the batch creates, each with its first fact."""
    ids: dict[Source, UUID] = field(default_factory=dict)
    """Ids of accepted facts and of loaded state, by the source's own names."""
    states: dict[type[RelatedState], RelatedState] = field(default_factory=dict)
    pending: dict[Source, list[PendingFact]] = field(default_factory=dict)
    """Stored facts without an event that wait for a fact with this name."""
    new_pending: list[PendingFact] = field(default_factory=list)

    def newcomer(self, ref: CustomerRef) -> UUID:
        """Return the id of the customer that `ref` will name."""
        return self.newcomers.setdefault(ref, new_id())

    def id_of(self, ref: UUID | Source) -> UUID | None:
        """Return the id of the fact that `ref` names, if the batch knows it."""
        return self.ids.get(ref) if isinstance(ref, Source) else ref

    def state(self, wanted: type[State]) -> State:
        """Return the related state of this type; it is empty if no fact of the batch names any."""
        if wanted not in self.states:
            self.states[wanted] = wanted()
        return cast("State", self.states[wanted])

    async def load_state(self, wanted: type[RelatedState], connection: Connection, refs: FactRefs) -> None:
        """Load the related state of one type that `refs` name."""
        self.ids |= await self.state(wanted).load(connection, refs)

    def change(self, source: Source, data: Mapping[str, Any], update: EventData) -> None:
        """Change the data of a recorded fact, and announce that by `update`."""
        if known := self.facts.get(source):
            self.facts[source] = replace(known, data=data)
        self.updates.append(update)

    def add_pending(self, fact: PendingFact) -> None:
        """Add an accepted fact that waits, for the facts that come after it."""
        self.facts[fact.source] = fact.stored()
        self.new_pending.append(fact)

    def pending_for(self, source: Source) -> list[PendingFact]:
        """Return the facts without an event that wait for this one, stored or of this batch."""
        return [*self.pending.get(source, ()), *(fact for fact in self.new_pending if fact.waits_for == source)]

    def add(self, source: Source, fact: StoredFact) -> None:
        """Add an accepted fact, for the facts that come after it."""
        self.facts[source] = fact
        self.ids[source] = fact.id
