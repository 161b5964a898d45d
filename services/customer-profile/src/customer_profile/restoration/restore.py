"""Restore customers and facts from published events."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from customer_profile.customers import repository as customers
from customer_profile.facts.restore import restore_facts, restore_updates
from customer_profile.restoration import repository
from lealtad.events.catalog.customer_profile import CustomerState, Fact
from lealtad.events.envelope import Event
from lealtad.http import CustomerRef
from lealtad.unit_of_work import UnitOfWork


async def restore(uow: UnitOfWork, events: Sequence[Event[Any]]) -> Iterable[UUID]:
    """Restore customers and facts; return the ids of events that no stored fact has.

    The event of a fact holds the whole fact. The event of a customer holds the shared fields: names, contact points and
    documents that arrived after the back-up are lost.
    """
    keys = sorted({event.key for event in events})
    await repository.create_missing(uow.connection, keys, uow.now)
    await customers.lock(uow.connection, [CustomerRef(id=key) for key in keys])
    newest = {event.key: event.data for event in events if isinstance(event.data, CustomerState)}
    if newest:
        await repository.store(uow.connection, newest, uow.now)
    lost = await restore_facts(uow, [event for event in events if isinstance(event.data, Fact)])
    return [*lost, *await restore_updates(uow, events)]
