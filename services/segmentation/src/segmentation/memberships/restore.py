"""Restores the announced state of customers after the database was restored from a back-up."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from lealtad.events.catalog.segmentation import MembershipsChanged
from lealtad.events.envelope import Event
from lealtad.unit_of_work import UnitOfWork
from segmentation.customer_base.repository.customers import lock_customers
from segmentation.memberships.repository.announcements import restore_memberships, restore_tiers


async def restore(uow: UnitOfWork, events: Sequence[Event[Any]]) -> Iterable[UUID]:
    """Restore the announced state from the newest event of each customer.

    Return the ids of the events about definitions, which cannot be restored here. Later evaluations are compared with
    the restored state, so that subscribers learn every difference.
    """
    newest = {event.key: event for event in events if isinstance(event.data, MembershipsChanged)}
    if newest:
        ids = sorted(newest)
        await lock_customers(uow.connection, ids)
        rows = [row for key in ids for row in _memberships(newest[key])]
        await restore_memberships(uow.connection, ids, rows, uow.now)
        await restore_tiers(uow.connection, [newest[key].data for key in ids], uow.now)
    return [event.id for event in events if not isinstance(event.data, MembershipsChanged)]


def _memberships(event: Event[MembershipsChanged]) -> list[dict[str, Any]]:
    return [
        {
            "customers": event.key,
            "segments": segment.segment_id,
            "versions": segment.version,
            "causes": event.cause.roots[-1],
            "events": event.id,
        }
        for segment in event.data.segments
    ]
