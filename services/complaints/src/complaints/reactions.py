"""Touched customers to what their cases make of it."""

from complaints.reacting.attaching import attach_known
from complaints.reacting.gestures import note_gestures
from complaints.reacting.rescheduling import reschedule
from lealtad.unit_of_work import Touched, UnitOfWork


async def react(uow: UnitOfWork, touched: Touched) -> None:
    """Attach waiting cases first, so that they are due by the right tier and get their gestures."""
    concerned = await attach_known(uow, touched)
    concerned |= await reschedule(uow, touched)
    concerned |= await note_gestures(uow, touched)
    uow.note(touched.keys() - concerned, "no case of the customer is concerned")
