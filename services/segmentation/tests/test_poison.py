"""A customer who cannot be evaluated stops no other."""

from datetime import timedelta

import pytest

from lealtad.due import backlog
from lealtad.ids import new_id
from lealtad.testing.driving import deliver, run_due
from lealtad.unit_of_work import Database, Touched, UnitOfWork
from segmentation.memberships.jobs import reevaluation
from segmentation.memberships.reaction import evaluate_and_announce
from segmentation.service import SERVICE

from .builders import NOW, purchase


async def test_a_customer_who_cannot_be_evaluated_is_tried_again_a_day_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison, *others = [new_id() for _ in range(9)]
    await deliver(SERVICE, database, [purchase(customer, NOW) for customer in [poison, *others]])

    async def evaluate_but_poison(uow: UnitOfWork, touched: Touched) -> None:
        await evaluate_and_announce(uow, touched)
        if poison in touched:
            raise ZeroDivisionError

    monkeypatch.setattr(reevaluation, "evaluate_and_announce", evaluate_but_poison)
    later = NOW + timedelta(days=120)
    left = await run_due(SERVICE, database, now=later)

    assert {event.key for event in left} == set(others)
    async with database.read() as uow:
        assert await backlog.found(uow.connection, SERVICE.stream.due_actions, later) == []
        late = await backlog.counted(uow.connection, SERVICE.stream.due_actions, later + timedelta(days=1))
    assert late[reevaluation.ACTION] >= 1
