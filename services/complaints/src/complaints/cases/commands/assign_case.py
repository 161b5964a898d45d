"""Assign a case to a person, a queue, or both."""

from uuid import UUID

from complaints.cases.commands.lock_case import lock_case
from complaints.cases.commands.record_changes import record_change
from complaints.cases.schemas.requests import NewAssignment
from complaints.domain import journey
from complaints.domain.stored_case import CaseChange
from lealtad.http import Answer
from lealtad.unit_of_work import UnitOfWork


async def assign_case(
    uow: UnitOfWork, case_id: UUID, assignment: NewAssignment, actor: str, if_match: str | None
) -> Answer:
    """Assign the case to a person, a queue, both or nobody, and return it."""
    stored = await lock_case(uow, case_id, if_match)
    entry = journey.assignment(stored.case, uow.now, assignee=assignment.assignee, queue=assignment.queue)
    return await record_change(uow, CaseChange(stored, entry, actor))
