"""What time alone does to cases: the due time passes unresolved, a resolution stands long enough."""

from collections.abc import Sequence
from uuid import UUID

from complaints.cases import repository
from complaints.cases.recording import record
from complaints.cases.stored import Change, StoredCase
from complaints.domain import journey
from complaints.domain.case import Action
from lealtad.due import act_on
from lealtad.unit_of_work import UnitOfWork

DUE_NAMES = {Action.BREACH: "case-breach", Action.CLOSE: "case-auto-close"}


async def run_due(uow: UnitOfWork, limit: int) -> int:
    """Breach or close up to `limit` cases whose time has come; answer how many there were."""
    due = await repository.lock_due(uow.connection, uow.now, limit)

    async def act(ids: Sequence[UUID]) -> None:
        cases = await repository.lock(uow.connection, ids)
        await record(uow, [change for stored in cases if (change := _change(uow, stored))])

    await act_on(uow, "case-deadlines", due, act, repository.postpone)
    return len(due)


def _change(uow: UnitOfWork, stored: StoredCase) -> Change | None:
    entry = journey.breach(stored.case, uow.now) or journey.expiry(stored.case, uow.now)
    if entry is None:
        return None
    return Change(stored, entry, causes=[uow.due_cause(stored.key, DUE_NAMES[entry.action])])
