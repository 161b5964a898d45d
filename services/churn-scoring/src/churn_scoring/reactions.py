"""What follows from changed facts: new scores."""

from churn_scoring.scoring import repository
from churn_scoring.scoring.evaluating import evaluate
from lealtad.unit_of_work import Touched, UnitOfWork


async def react(uow: UnitOfWork, touched: Touched) -> None:
    """Evaluate the touched customers and announce scores that changed."""
    await evaluate(uow, await repository.lock(uow.connection, list(touched)), touched)
