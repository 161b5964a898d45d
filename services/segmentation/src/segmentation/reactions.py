"""The reaction of the service to customers whose facts changed."""

from lealtad.unit_of_work import Touched, UnitOfWork
from segmentation.memberships.reaction import evaluate_and_announce


async def react(uow: UnitOfWork, touched: Touched) -> None:
    """Evaluate these customers and announce the differences."""
    await evaluate_and_announce(uow, touched)
