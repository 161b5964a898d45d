"""Reaction of the service to touched customers."""

from complaints.cases.reaction import attach_waiting_cases, note_gestures, reschedule_open_cases
from lealtad.unit_of_work import Touched, UnitOfWork


async def react(uow: UnitOfWork, touched: Touched) -> None:
    """Attach waiting cases first, so that they get the customer's due time and gestures."""
    concerned = await attach_waiting_cases(uow, touched)
    concerned |= await reschedule_open_cases(uow, touched)
    concerned |= await note_gestures(uow, touched)
    uow.note(touched.keys() - concerned, "no case of the customer is concerned")
