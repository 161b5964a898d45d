"""The reaction to changed facts: decisions."""

from campaigns.decisions.reaction import decide_current_actions
from lealtad.unit_of_work import Touched, UnitOfWork


async def react(uow: UnitOfWork, touched: Touched) -> None:
    """Decide the next-best actions of the touched customers again, and emit an event for each changed one."""
    await decide_current_actions(uow, touched)
