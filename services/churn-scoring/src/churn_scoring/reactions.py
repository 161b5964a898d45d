"""The reaction to changed facts: new scores."""

from churn_scoring.scoring import repository
from churn_scoring.scoring.reaction import evaluate
from lealtad.unit_of_work import Phase, Touched, UnitOfWork


async def react(uow: UnitOfWork, touched: Touched) -> None:
    """Evaluate the touched customers and announce changed scores; in a sweep only time has passed."""
    scores = await repository.lock_scores(uow.connection, list(touched))
    await evaluate(uow, scores, touched, by_time_alone=uow.phase is Phase.SWEEP)
