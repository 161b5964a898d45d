"""Evaluates the base under a new version beside the one in force, and switches when everybody was evaluated."""

from itertools import takewhile
from uuid import UUID

from lealtad.events.catalog.segmentation import DefinitionChanged, SegmentRef
from lealtad.unit_of_work import UnitOfWork
from segmentation.definitions.drafts import repository as drafts
from segmentation.definitions.preparation import repository as preparations
from segmentation.definitions.queries import rulebook
from segmentation.definitions.repository import segments as repository
from segmentation.domain.segments import VersionStatus
from segmentation.domain.sweeps import SweepReason
from segmentation.memberships.repository import announcements as memberships
from segmentation.memberships.repository import sweeps


async def run_due(uow: UnitOfWork, limit: int) -> int:
    """Evaluate the next `limit` customers under the oldest version in preparation, or switch to it; 0: nothing to do.

    The rulebook is locked before the preparation, as by whoever archives a segment.
    """
    oldest = await preparations.oldest(uow.connection)
    if oldest is None:
        return 0
    step = _switch if oldest.complete else _evaluate_next
    return await step(uow, oldest.segment_id, limit)


async def _evaluate_next(uow: UnitOfWork, segment_id: UUID, limit: int) -> int:
    """Store drafts; whoever changes meanwhile updates its draft itself, since the rulebook names this version too."""
    connection = uow.connection
    await rulebook.hold(connection)
    work = await preparations.lock(connection, segment_id)
    if work is None:
        return 0
    coming = await memberships.following(connection, work.after, limit)
    free = await memberships.lock_free(connection, coming)
    # One that somebody else holds is not waited for: the next step begins with it.
    customers = list(takewhile(free.__contains__, coming))
    if coming and not customers:
        return 0
    evaluator = await rulebook.current(connection)
    found = await evaluator.evaluate(connection, customers, uow.now)
    await drafts.keep(connection, [segment_id], found)
    after = customers[-1] if customers else work.after
    complete = len(customers) == len(coming) < limit
    await preparations.advance(connection, segment_id, after, len(customers), complete=complete)
    return max(1, len(customers))


async def _switch(uow: UnitOfWork, segment_id: UUID, _limit: int) -> int:
    """Put the version in force; only customers whose membership it really changes are evaluated anew, and told."""
    connection = uow.connection
    await rulebook.replace(connection)
    work = await preparations.lock(connection, segment_id)
    if work is None:
        return 0
    await repository.set_status(connection, segment_id, [VersionStatus.ACTIVE], VersionStatus.SUPERSEDED)
    await repository.set_status(
        connection, segment_id, [VersionStatus.PREPARING], VersionStatus.ACTIVE, active_since=uow.now
    )
    await sweeps.begin(connection, SweepReason.SWITCH, uow.now, segment_id=segment_id)
    await preparations.end(connection, segment_id)
    segment = await repository.get(connection, segment_id)
    ref = SegmentRef(segment_id=segment_id, key=segment.key, version=work.version)
    uow.emit(DefinitionChanged(segment=ref, archived=False, changed_at=uow.now), key=segment_id)
    return 1
