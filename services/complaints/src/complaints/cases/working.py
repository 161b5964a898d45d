"""Use cases of the desk: hand a case to somebody, write a note."""

from uuid import UUID

from complaints.cases import loading, showing
from complaints.cases.recording import record
from complaints.cases.schemas import AssignmentIn
from complaints.cases.stored import Change
from complaints.domain import journey
from complaints.domain.case import Action
from lealtad.http import Answer
from lealtad.unit_of_work import UnitOfWork


async def assign(uow: UnitOfWork, case_id: UUID, body: AssignmentIn, actor: str, if_match: str | None) -> Answer:
    """Hand the case to a person, a queue, both or nobody, and answer it."""
    stored = await loading.lock(uow, case_id, if_match)
    entry = journey.assignment(stored.case, uow.now, assignee=body.assignee, queue=body.queue)
    return await _recorded(uow, Change(stored, entry, actor))


async def add_note(uow: UnitOfWork, case_id: UUID, text: str, actor: str) -> Answer:
    """Add a note to the history and answer the case."""
    stored = await loading.lock(uow, case_id, if_match=None)
    return await _recorded(uow, Change(stored, journey.remark(stored.case, uow.now, Action.NOTE), actor, text=text))


async def _recorded(uow: UnitOfWork, change: Change) -> Answer:
    [recorded] = await record(uow, [change])
    return Answer(showing.shown(recorded.after), etag=change.entry.number)
