"""Descriptor of a kind of fact: all that the service knows about the kind."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from pydantic import BaseModel

from customer_profile.facts.kinds.fact_batch import FactBatch, RelatedState
from customer_profile.facts.kinds.fact_ref import Source
from customer_profile.facts.kinds.totals import Total
from customer_profile.facts.schemas import FactFilters, FactRequest
from lealtad.db import Connection
from lealtad.events.catalog.customer_profile import Fact
from lealtad.events.cause import Lane
from lealtad.events.model import EventData
from lealtad.unit_of_work import UnitOfWork

Request = TypeVar("Request", bound=FactRequest)


@dataclass(frozen=True, slots=True)
class FactContext:
    """The fact to be decided on, apart from the fields of its kind."""

    id: UUID
    shared: Mapping[str, Any]
    """Fields that the events of all kinds share."""
    batch: FactBatch

    @property
    def customer_id(self) -> UUID:
        """The customer of the fact."""
        customer_id: UUID = self.shared["customer_id"]
        return customer_id


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact ready to be written; all of its effects follow from its event."""

    id: UUID
    kind: "FactKind[Any]"
    event: Fact
    fingerprint: bytes
    data: Mapping[str, Any]
    """Data of the event as JSON values."""
    lane: Lane


class HasCustomer(Protocol):
    """Stored state with an id and a customer."""

    @property
    def id(self) -> UUID:
        """The id."""

    @property
    def customer_id(self) -> UUID:
        """The customer."""


@dataclass(frozen=True, slots=True)
class Target(Generic[Request]):
    """The stored state that a fact changes: its customer is the customer of the fact."""

    field: str
    """The request field that names the target; several references to one target are the same content."""
    find: Callable[[Request, FactBatch], HasCustomer]
    """Return the target; raise the problem that keeps the fact out."""


@dataclass(frozen=True, slots=True)
class Waiting(Generic[Request]):
    """The fact that a fact waits for: until it is recorded, the fact is kept without an event."""

    missing: Callable[[Request, FactBatch], Source | None]
    """Return the source of the fact that must come first, or None; raise the problem that keeps the fact out."""
    document: Callable[[Request, FactBatch], Mapping[str, Any]]
    """Return the fields of the waiting fact beside those that all kinds share."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FactList:
    """The list of the facts of a kind at `GET /v1/<plural>`."""

    summary: str | None = None
    filters: type[FactFilters] = FactFilters
    """Fields beside those of `FactFilters` are text fields of the event: the list holds the facts with this value."""
    single: str | None = None
    """Summary of the route that reads one fact, if it has an address of its own."""
    of_customer: bool = False
    """Whether the facts of one customer have an address of their own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ViewPart:
    """The part `<plural>` of the 360 view: the newest facts of the kind, or the items that `read` returns."""

    item: type[BaseModel] | None = None
    """The model of an item; by default the resource of the kind."""
    read: Callable[[UnitOfWork, UUID, int], Awaitable[Mapping[str, Any]]] | None = None
    """Return a `Recent` with the newest items of a customer, at most a number of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FactUpdates:
    """How recorded facts of a kind change when other facts come."""

    event: type[EventData]
    """The event that announces a change; `apply` puts it into the batch."""
    save: Callable[[Connection, Sequence[Any]], Awaitable[Collection[UUID]]]
    """Write changes in their order; return the ids of the facts that were found. A restore calls it too."""
    fact_id: Callable[[Any], UUID]
    """Return the id of the fact that an event changes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FactKind(Generic[Request]):
    """One kind of fact, in one module of this package: the registry finds it there.

    Intake, lists, view, totals and restore are made from descriptors, and name no kind.
    """

    name: str
    """The value of `type` in requests, and of the column `fact.kind`."""
    plural: str
    """The name of the routes, of their tag, and of the part of the 360 view."""
    description: str
    """The description of the intake route: a line of summary, then a paragraph."""
    request: type[Request]
    """The request of the single route, and an item of a batch."""
    resource: type[BaseModel]
    events: tuple[type[Fact], ...]
    """The events that facts of this kind become."""
    decide: Callable[[Request, FactContext], Fact]
    """Return the event that a request becomes, or raise the problem that keeps it out; no input or output."""
    path: str = ""
    """The path of the intake route if it is not `/<plural>`; the request has a field for each parameter."""
    operation: str = ""
    """The id of the intake operation if it is not `record_<name>`."""
    listed: FactList | None = None
    part: ViewPart | None = None
    totals: tuple[Total, ...] = ()
    related: tuple[type[RelatedState], ...] = ()
    """The state to load for requests that name it."""
    target: Target[Request] | None = None
    waiting: Waiting[Request] | None = None
    awaited: bool = False
    """Whether facts may wait for one of this kind."""
    apply: Callable[[FactBatch, NewFact], None] | None = None
    """Update the related state of the batch by an accepted fact."""
    save: Callable[[Connection, Sequence[NewFact]], Awaitable[None]] | None = None
    """Write state beside the fact itself: by one statement for all facts of the kinds with this function.

    A restore calls it too, with facts made from published events, in the order of business time.
    """

    updates: FactUpdates | None = None
    repeats: Callable[[Request, Any, FactContext], bool] | None = None
    """Return whether a request means the recorded event, apart from the fields of all kinds; no input or output.

    A kind that decides by nothing but the request needs none: a repeat is what becomes the same event.
    """

    def event_of(self, data: Mapping[str, Any]) -> Fact:
        """Return the event of a recorded fact."""
        event = next(event for event in self.events if data.keys() <= event.model_fields.keys())
        return event.model_validate(data)

    def parse(self, request: Mapping[str, Any]) -> Request:
        """Return a request that was kept as JSON values."""
        return self.request.model_validate({**request, "type": self.name})

    @property
    def intake_path(self) -> str:
        """The path of the intake route below `/v1`."""
        return self.path or f"/{self.plural}"

    @property
    def intake_operation(self) -> str:
        """The id of the intake operation."""
        return self.operation or f"record_{self.name.replace('-', '_')}"
