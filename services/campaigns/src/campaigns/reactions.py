"""What follows from changed facts: decisions."""

from campaigns.decisions.reaction import decide_current_actions
from lealtad.unit_of_work import Touched, UnitOfWork


async def react(uow: UnitOfWork, touched: Touched) -> None:
    """Decide the next-best actions of the touched customers anew, and announce those that changed."""
    await decide_current_actions(uow, touched)
