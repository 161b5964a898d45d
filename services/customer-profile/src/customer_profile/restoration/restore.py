"""Which published events become what, in which order."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from customer_profile.customers import repository as customers
from customer_profile.facts.restore import restore_facts
from customer_profile.restoration import repository
from lealtad.events.catalog.customer_profile import CustomerState, Fact
from lealtad.events.envelope import Event
from lealtad.http import CustomerRef
from lealtad.unit_of_work import UnitOfWork


async def restore(uow: UnitOfWork, events: Sequence[Event[Any]]) -> Iterable[UUID]:
    """Take back customers and facts; return the ids of facts that were recorded again under another id meanwhile.

    A fact is whole in its event. Of a customer the event holds what is shared: name, contact points and documents that
    came in after the back-up are lost.
    """
    keys = sorted({event.key for event in events})
    await repository.create_missing(uow.connection, keys, uow.now)
    await customers.lock(uow.connection, [CustomerRef(id=key) for key in keys])
    newest = {event.key: event.data for event in events if isinstance(event.data, CustomerState)}
    if newest:
        await repository.store(uow.connection, newest, uow.now)
    return await restore_facts(uow, [event for event in events if isinstance(event.data, Fact)])
