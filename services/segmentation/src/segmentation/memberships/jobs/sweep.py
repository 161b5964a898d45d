"""Due action that sweeps the base in short transactions after a change of the rulebook."""

from itertools import takewhile
from uuid import UUID

from sqlalchemy import ColumnElement, false, true

from lealtad.db import Row
from lealtad.due import DueAction
from lealtad.unit_of_work import UnitOfWork
from segmentation.customer_base.models import evaluated_customer
from segmentation.customer_base.repository import customers as customer_base
from segmentation.customer_base.repository import sweeps
from segmentation.definitions.drafts.repository import delete_drafts, draft_differs
from segmentation.definitions.queries.rulebook import read_evaluator
from segmentation.domain.rulebook import Rulebook
from segmentation.domain.sweeps import SweepReason
from segmentation.evaluation.evaluator import time_binds
from segmentation.evaluation.next_change import recency_limits
from segmentation.evaluation.value_scores import ranks_differ
from segmentation.rulebook.repository import lock_shared

BATCH = 5000
"""Customers checked in one transaction."""


async def sweep_base(uow: UnitOfWork, limit: int) -> int:
    """Check the next `limit` customers of the oldest sweep, and make those due whom it concerns.

    Return 0 where there is nothing to do. The step ends before a customer whom another transaction has locked, and the
    next step begins there. A customer who is evaluated meanwhile is evaluated by the rulebook in force, so that a sweep
    may come at any later time.
    """
    oldest = await sweeps.find_oldest(uow.connection)
    if oldest is None:
        return 0
    await lock_shared(uow.connection)
    sweep = await sweeps.lock_sweep(uow.connection, oldest.sweep_id)
    if sweep is None:
        return 0
    rulebook = (await read_evaluator(uow.connection)).rulebook
    concerned = _concerned(sweep, rulebook)
    rows = await sweeps.list_customers(uow.connection, sweep.after, limit, concerned, time_binds(uow.now))
    passed = await _make_due(uow, rows)
    last = passed[-1] if passed else sweep.after
    if sweep.segment_id is not None:
        await delete_drafts(uow.connection, sweep.segment_id, after=sweep.after, last=last)
    if len(passed) == len(rows) < limit:
        await sweeps.delete_sweep(uow.connection, sweep.sweep_id)
        return max(1, len(passed))
    await sweeps.advance_sweep(uow.connection, sweep.sweep_id, last)
    return len(passed)


async def _make_due(uow: UnitOfWork, rows: list[Row]) -> list[UUID]:
    """Make concerned customers due, up to the first whom another transaction has locked; return all passed ones."""
    concerned = [row.customer_id for row in rows if row.concerned]
    locked = await customer_base.lock_unlocked(uow.connection, concerned)
    passed = list(takewhile(lambda row: not row.concerned or row.customer_id in locked, rows))
    await customer_base.make_due(uow.connection, [row.customer_id for row in passed if row.concerned], uow.now)
    return [row.customer_id for row in passed]


def _concerned(sweep: Row, rulebook: Rulebook) -> ColumnElement[bool]:
    """Return the condition on `evaluated_customer` that the sweep concerns a customer."""
    match SweepReason(sweep.reason):
        case SweepReason.BOUNDARIES:
            limits = recency_limits(rulebook.rules)
            return ranks_differ(rulebook.boundaries, limits) if rulebook.boundaries else false()
        case SweepReason.WINDOW:
            return true()
        case SweepReason.SWITCH:
            return draft_differs(sweep.segment_id, evaluated_customer.c.customer_id)
        case SweepReason.ARCHIVE:
            return customer_base.is_announced_member(sweep.segment_id)


SWEEP = DueAction("sweep", sweep_base, sweeps.DUE, batch=BATCH)
