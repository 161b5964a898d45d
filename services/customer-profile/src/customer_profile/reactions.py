"""The reaction to events of other services."""

from lealtad.unit_of_work import Touched, UnitOfWork


async def react(uow: UnitOfWork, touched: Touched) -> None:
    """Note in the journal that these events only change the 360 view; the note is for traces of an event."""
    uow.note(touched, "shown in the 360 view")
