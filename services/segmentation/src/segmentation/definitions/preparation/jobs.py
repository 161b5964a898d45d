"""Due action that evaluates the base under a new version, then switches to this version."""

from itertools import takewhile
from uuid import UUID

from lealtad.due import DueAction
from lealtad.unit_of_work import UnitOfWork
from segmentation.customer_base.repository import customers as customer_base
from segmentation.customer_base.repository import sweeps
from segmentation.definitions.drafts import repository as drafts
from segmentation.definitions.events import emit_definition_changed
from segmentation.definitions.preparation import repository
from segmentation.definitions.queries.rulebook import read_evaluator
from segmentation.definitions.repository import segments
from segmentation.domain.segments import VersionStatus
from segmentation.domain.sweeps import SweepReason
from segmentation.rulebook.commands import begin_revision
from segmentation.rulebook.repository import lock_shared


async def prepare_segment(uow: UnitOfWork, limit: int) -> int:
    """Evaluate the next `limit` customers under the oldest version in preparation, or switch to this version.

    Return 0 where there is nothing to do. The rulebook is locked before the preparation, as in `archive_segment`.
    """
    oldest = await repository.find_oldest(uow.connection)
    if oldest is None:
        return 0
    step = _switch_version if oldest.complete else _evaluate_next
    return await step(uow, oldest.segment_id, limit)


async def _evaluate_next(uow: UnitOfWork, segment_id: UUID, limit: int) -> int:
    """Store the drafts of the next customers.

    A customer who changes meanwhile updates their own draft, since the rulebook names this version too.
    """
    connection = uow.connection
    await lock_shared(connection)
    preparation = await repository.lock_preparation(connection, segment_id)
    if preparation is None:
        return 0
    coming = await customer_base.list_customers(connection, preparation.after, limit)
    locked = await customer_base.lock_unlocked(connection, coming)
    # The step ends before a customer whom another transaction has locked; the next step begins there.
    customers = list(takewhile(locked.__contains__, coming))
    if coming and not customers:
        return 0
    evaluator = await read_evaluator(connection)
    results = await evaluator.evaluate(connection, customers, uow.now)
    await drafts.store_drafts(connection, [segment_id], results)
    after = customers[-1] if customers else preparation.after
    complete = len(customers) == len(coming) < limit
    await repository.advance_preparation(connection, segment_id, after, len(customers), complete=complete)
    return max(1, len(customers))


async def _switch_version(uow: UnitOfWork, segment_id: UUID, _limit: int) -> int:
    """Put the version in force; a sweep makes those customers due whose membership really changes."""
    connection = uow.connection
    await begin_revision(connection)
    preparation = await repository.lock_preparation(connection, segment_id)
    if preparation is None:
        return 0
    await segments.set_status(connection, segment_id, [VersionStatus.ACTIVE], VersionStatus.SUPERSEDED)
    await segments.set_status(
        connection, segment_id, [VersionStatus.PREPARING], VersionStatus.ACTIVE, active_since=uow.now
    )
    await sweeps.add_sweep(connection, SweepReason.SWITCH, uow.now, segment_id=segment_id)
    await repository.delete_preparation(connection, segment_id)
    segment = await segments.read_segment(connection, segment_id)
    emit_definition_changed(uow, segment, preparation.version, archived=False)
    return 1


PREPARE_SEGMENT = DueAction("prepare-segment", prepare_segment, repository.DUE)
