"""A customer whose score cannot be computed stops no other."""

from typing import Any

import pytest

from churn_scoring.scoring import jobs
from churn_scoring.scoring.reaction import evaluate
from churn_scoring.service import SERVICE
from lealtad.due import backlog
from lealtad.ids import new_id
from lealtad.testing.driving import deliver, run_due
from lealtad.unit_of_work import Database, UnitOfWork

from .builders import a_purchase, at


async def test_a_customer_whose_rescoring_fails_is_retried_a_day_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison, *others = [new_id() for _ in range(9)]
    await deliver(SERVICE, database, [a_purchase(customer, -20) for customer in [poison, *others]])

    async def evaluate_but_poison(uow: UnitOfWork, scores: Any, causes: Any, **options: Any) -> None:
        await evaluate(uow, scores, causes, **options)
        if poison in causes:
            raise ZeroDivisionError

    monkeypatch.setattr(jobs, "evaluate", evaluate_but_poison)
    scored = await run_due(SERVICE, database, now=at(40))

    assert sorted(event.key for event in scored) == sorted(others)
    async with database.read() as uow:
        [action] = await backlog.found(uow.connection, SERVICE.stream.due_actions, at(41))
    assert action.name == "rescore"
