"""To evaluate only customers who may have changed is enough for the whole base."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from lealtad.events.envelope import Event
from lealtad.ids import new_id
from lealtad.testing.driving import deliver, run_due
from lealtad.unit_of_work import Database
from segmentation.customer_base.repository import sweeps
from segmentation.domain.sweeps import SweepReason
from segmentation.service import SERVICE

from .builders import NOW, purchase, returned

DAYS = 100
EVALUATIONS = text("SELECT count(*) FROM journal WHERE kind = 'due' AND type = 'reevaluate'")


@pytest.mark.proof
async def test_after_a_hundred_days_each_state_is_as_announced(database: Database) -> None:
    random = Random(7)  # noqa: S311 - a history, no secret
    customers = [new_id() for _ in range(30)]
    announcements = 0
    for day in range(DAYS):
        now = NOW + timedelta(days=day)
        buyers = random.sample(customers, 1 + day % 3) if day else customers
        facts: list[Event[Any]] = [purchase(customer, now, mugs=random.randint(5, 400)) for customer in buyers]
        facts += [returned(customer, now, mugs=5) for customer in buyers if random.random() < 0.2]
        await deliver(SERVICE, database, facts, now=now)
        announced = [await run_due(SERVICE, database, now=now + timedelta(hours=18)) for _ in range(2)]
        announcements += sum(map(len, announced))

    async with database.read() as uow:
        evaluations = int(await uow.connection.scalar(EVALUATIONS) or 0)
    async with database.begin() as uow:
        await sweeps.add_sweep(uow.connection, SweepReason.WINDOW, uow.now)
    assert await run_due(SERVICE, database) == []
    assert announcements > len(customers)
    assert evaluations < 4 * announcements
