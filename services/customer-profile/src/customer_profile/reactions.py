"""What the service announces because of what it reads."""

from lealtad.unit_of_work import Touched, UnitOfWork


async def react(uow: UnitOfWork, touched: Touched) -> None:
    """Announce nothing: other services' news only show in the 360 view. Say so, for whoever traces an event."""
    uow.note(touched, "shown in the 360 view")
