"""Add a note to the history of a case."""

from uuid import UUID

from complaints.cases.commands.lock_case import lock_case
from complaints.cases.commands.record_changes import record_change
from complaints.domain import journey
from complaints.domain.case import Action
from complaints.domain.stored_case import CaseChange
from lealtad.http import Answer
from lealtad.unit_of_work import UnitOfWork


async def add_note(uow: UnitOfWork, case_id: UUID, text: str, actor: str) -> Answer:
    """Add a note to the history and return the case."""
    stored = await lock_case(uow, case_id, if_match=None)
    return await record_change(
        uow, CaseChange(stored, journey.remark(stored.case, uow.now, Action.NOTE), actor, text=text)
    )
