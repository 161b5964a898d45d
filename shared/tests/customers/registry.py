"""A tiny service for tests of the copy of customers: it keeps each customer's language beside who the customer is."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from sqlalchemy import Column, String

from lealtad.app import DatabasePart, HttpPart, Service, StreamPart
from lealtad.customers import CustomerCopy
from lealtad.db import metadata
from lealtad.events.catalog.customer_profile import CustomerState, CustomerStatus, CustomerUpdated, ExternalId
from lealtad.events.envelope import Event
from lealtad.journal import Entry
from lealtad.kafka.consume.projections import Projections
from lealtad.testing.builders import an_event
from lealtad.unit_of_work import Database, Touched, UnitOfWork

METADATA = metadata()
CUSTOMERS = CustomerCopy(METADATA, Column("language", String), attributes_of=lambda state: {"language": state.language})


async def nothing(_uow: UnitOfWork, _touched: Touched) -> None:
    """React to nothing."""


REGISTRY = Service(
    name="complaints",
    title="Registry",
    description="Knows who is who",
    http=HttpPart(),
    database=DatabasePart(Path(__file__).with_name("registry_migrations"), METADATA),
    stream=StreamPart(Projections(), nothing),
)


def a_state(
    customer: UUID,
    sequence: int,
    *external_ids: str,
    status: CustomerStatus = CustomerStatus.ACTIVE,
    merged_into: UUID | None = None,
    language: str = "es",
) -> Event[CustomerState]:
    """Return the state number `sequence` of a customer that the shop knows by these ids."""
    state = CustomerUpdated(
        status=status,
        provisional=False,
        merged_into=merged_into,
        external_ids=[ExternalId(source="shop", external_id=known) for known in external_ids],
        language=language,
        registered_at="2011-03-01T09:00:00Z",
        changed=[],
    )
    return an_event(state, key=customer, sequence=sequence)


async def hear(database: Database, events: Sequence[Event[CustomerState]]) -> dict[UUID, str]:
    """Fold `events` in one batch; return what the journal says became of each."""
    async with database.begin() as uow:
        entries = {event.id: Entry(event.id, "event", event.type, event.key) for event in events}
        for entry in entries.values():
            uow.journal.add(entry)
        await CUSTOMERS.fold(uow, events)
    return {event_id: entry.outcome for event_id, entry in entries.items()}
