"""Gestures of recovery that campaigns made are noted in the case they belong to."""

from dataclasses import replace
from uuid import UUID

from complaints.cases import repository as cases
from complaints.cases.recording import record
from complaints.cases.stored import Change
from complaints.domain import journey
from complaints.domain.case import Action, apply
from complaints.reacting import repository
from lealtad.unit_of_work import Touched, UnitOfWork


async def note_gestures(uow: UnitOfWork, touched: Touched) -> set[UUID]:
    """Note each gesture once, in the customer's case of that time; answer the customers concerned."""
    found = await repository.unnoted_gestures(uow.connection, list(touched))
    if not found:
        return set()
    locked = await cases.lock(uow.connection, list({row.case_id for row in found}))
    standing = {stored.id: stored for stored in locked}
    changes = []
    for row in found:
        before = standing[row.case_id]
        entry = journey.remark(before.case, uow.now, Action.GESTURE)
        changes.append(Change(before, entry, gesture_id=row.gesture_id))
        standing[row.case_id] = replace(before, case=apply(before.case, entry))
    await record(uow, changes)
    return {row.customer_id for row in found}
