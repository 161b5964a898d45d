"""Due action that evaluates customers anew whose windows moved on, or whose rules changed."""

from collections.abc import Sequence
from uuid import UUID

from lealtad.due import DueAction, act_on
from lealtad.unit_of_work import UnitOfWork
from segmentation.customer_base.repository import customers as customer_base
from segmentation.memberships.reaction import evaluate_and_announce
from segmentation.rulebook.repository import lock_shared

ACTION = "reevaluate"


async def reevaluate_customers(uow: UnitOfWork, limit: int) -> int:
    """Evaluate at most `limit` due customers in the same way as after an event; return their number."""

    async def evaluate(ids: Sequence[UUID]) -> None:
        await evaluate_and_announce(uow, {key: [uow.due_cause(key, ACTION)] for key in ids})

    await lock_shared(uow.connection)
    due = await customer_base.lock_due(uow.connection, uow.now, limit)
    await act_on(uow, ACTION, due, evaluate, customer_base.postpone_evaluation)
    return len(due)


REEVALUATE = DueAction(ACTION, reevaluate_customers, customer_base.DUE)
