"""After a change of the rulebook: the base is walked in short transactions for those to be evaluated anew."""

from itertools import takewhile
from uuid import UUID

from sqlalchemy import ColumnElement, false, true

from lealtad.db import Row
from lealtad.unit_of_work import UnitOfWork
from segmentation.definitions.drafts import repository as drafts
from segmentation.definitions.queries import rulebook
from segmentation.domain.rulebook import Rulebook
from segmentation.domain.sweeps import SweepReason
from segmentation.evaluation.evaluator import moments
from segmentation.evaluation.next_change import recency_limits
from segmentation.memberships.models import standing
from segmentation.memberships.repository import announcements as repository
from segmentation.memberships.repository import sweeps
from segmentation.value.repository.quantiles import ranked_otherwise

CUSTOMERS_A_STEP = 5000


async def run_due(uow: UnitOfWork, limit: int) -> int:
    """Look at the next `limit` customers of the oldest walk, and make those due whom it concerns; 0: nothing to do.

    A customer in somebody else's hands is never waited for: the step ends before it, and the next one begins with it.
    Whoever is evaluated meanwhile is evaluated by the rulebook in force, so that any walk may come later.
    """
    oldest = await sweeps.oldest(uow.connection)
    if oldest is None:
        return 0
    await rulebook.hold(uow.connection)
    walk = await sweeps.lock(uow.connection, oldest.sweep_id)
    if walk is None:
        return 0
    evaluator = await rulebook.current(uow.connection)
    concerned = _concerned(walk, evaluator.rulebook)
    rows = await sweeps.following(uow.connection, walk.after, limit, concerned, moments(uow.now))
    reached = await _make_due(uow, rows)
    last = reached[-1] if reached else walk.after
    if walk.segment_id is not None:
        await drafts.forget(uow.connection, walk.segment_id, after=walk.after, last=last)
    if len(reached) == len(rows) < limit:
        await sweeps.end(uow.connection, walk.sweep_id)
        return max(1, len(reached))
    await sweeps.advance(uow.connection, walk.sweep_id, last)
    return len(reached)


async def _make_due(uow: UnitOfWork, rows: list[Row]) -> list[UUID]:
    """Make the concerned ones due, up to the first that is locked; return all who were passed."""
    concerned = [row.customer_id for row in rows if row.concerned]
    free = await repository.lock_free(uow.connection, concerned)
    reached = list(takewhile(lambda row: not row.concerned or row.customer_id in free, rows))
    await repository.make_due(uow.connection, [row.customer_id for row in reached if row.concerned], uow.now)
    return [row.customer_id for row in reached]


def _concerned(walk: Row, rulebook_: Rulebook) -> ColumnElement[bool]:
    """Return the condition on `standing` for those whom the walk concerns."""
    match SweepReason(walk.reason):
        case SweepReason.BOUNDARIES:
            limits = recency_limits(definition.rule for definition in (*rulebook_.active, *rulebook_.preparing))
            return ranked_otherwise(rulebook_.boundaries, limits) if rulebook_.boundaries else false()
        case SweepReason.WINDOW:
            return true()
        case SweepReason.SWITCH:
            return drafts.differs(walk.segment_id, standing.c.customer_id)
        case SweepReason.ARCHIVE:
            return repository.is_member(walk.segment_id)
