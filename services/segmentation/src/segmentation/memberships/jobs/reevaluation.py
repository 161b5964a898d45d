"""Time alone acts: customers whose windows moved on, or whose rules changed, are evaluated anew."""

from collections.abc import Sequence
from uuid import UUID

from lealtad.due import act_on
from lealtad.unit_of_work import UnitOfWork
from segmentation.definitions.queries import rulebook
from segmentation.memberships.reaction import evaluate_and_announce
from segmentation.memberships.repository import announcements as repository

ACTION = "reevaluate"


async def run_due(uow: UnitOfWork, limit: int) -> int:
    """Evaluate at most `limit` due customers, by the same way as after an event; return how many there were."""

    async def act(ids: Sequence[UUID]) -> None:
        await evaluate_and_announce(uow, {key: [uow.due_cause(key, ACTION)] for key in ids})

    await rulebook.hold(uow.connection)
    due = await repository.lock_due(uow.connection, uow.now, limit)
    await act_on(uow, ACTION, due, act, repository.postpone)
    return len(due)
