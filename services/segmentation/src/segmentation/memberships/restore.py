"""Take back what was announced about customers, after the database was restored from a back-up."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from lealtad.events.catalog.segmentation import MembershipsChanged
from lealtad.events.envelope import Event
from lealtad.unit_of_work import UnitOfWork
from segmentation.memberships.repository import announcements as repository


async def restore(uow: UnitOfWork, events: Sequence[Event[Any]]) -> Iterable[UUID]:
    """Let the newest event of each customer be what was announced; return the ids of definitions, which are not here.

    What is evaluated from now on is compared with it, so that readers are told every difference.
    """
    announced = {event.key: event for event in events if isinstance(event.data, MembershipsChanged)}
    if announced:
        ids = sorted(announced)
        await repository.lock(uow.connection, ids)
        rows = [row for key in ids for row in _memberships(announced[key])]
        await repository.replace(uow.connection, ids, rows, uow.now)
        await repository.keep_announced(uow.connection, [announced[key].data for key in ids], uow.now)
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
