"""Jobs of cases: breach a case at its due time, close a resolved case when its time has come."""

from collections.abc import Sequence
from uuid import UUID

from complaints.cases.commands.record_changes import record_changes
from complaints.cases.repository.cases import DUE, lock_cases, lock_due_cases, postpone_case
from complaints.domain import journey
from complaints.domain.case import Action
from complaints.domain.stored_case import CaseChange, StoredCase
from lealtad.due import DueAction, act_on
from lealtad.unit_of_work import UnitOfWork

DUE_NAMES = {Action.BREACH: "case-breach", Action.CLOSE: "case-auto-close"}


async def run_due(uow: UnitOfWork, limit: int) -> int:
    """Breach or close up to `limit` due cases, and return how many were due."""
    due = await lock_due_cases(uow.connection, uow.now, limit)

    async def act(ids: Sequence[UUID]) -> None:
        cases = await lock_cases(uow.connection, ids)
        await record_changes(uow, [change for stored in cases if (change := _due_change(uow, stored))])

    await act_on(uow, CASE_DEADLINES.name, due, act, postpone_case)
    return len(due)


def _due_change(uow: UnitOfWork, stored: StoredCase) -> CaseChange | None:
    entry = journey.breach(stored.case, uow.now) or journey.expiry(stored.case, uow.now)
    if entry is None:
        return None
    return CaseChange(stored, entry, causes=[uow.due_cause(stored.key, DUE_NAMES[entry.action])])


CASE_DEADLINES = DueAction("case-deadlines", run_due, DUE)
