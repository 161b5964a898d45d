"""Scores that were announced after the back-up count as announced."""

from churn_scoring.service import SERVICE
from lealtad.ids import new_id
from lealtad.testing.driving import client_for, deliver, restore, run_due
from lealtad.testing.plugin import DatabaseFactory
from lealtad.unit_of_work import Database

from .builders import a_purchase

CUSTOMER = new_id()


async def test_a_restored_announcement_is_not_repeated(database: Database, database_for: DatabaseFactory) -> None:
    restored = await database_for(SERVICE)
    bought = a_purchase(CUSTOMER)
    announced = await deliver(SERVICE, database, [bought])

    assert await restore(SERVICE, restored, announced) == set()

    assert await deliver(SERVICE, restored, [bought]) == []


async def test_a_restored_score_shows_the_value_at_risk_that_was_announced(database_for: DatabaseFactory) -> None:
    database, restored = await database_for(SERVICE), await database_for(SERVICE)
    (announced,) = await deliver(SERVICE, database, [a_purchase(CUSTOMER)])
    await restore(SERVICE, restored, [announced])

    async with client_for(SERVICE, restored) as client:
        score = (await client.get(f"/v1/customers/{CUSTOMER}/churn-score")).json()

    assert score["value_at_risk"] == announced.data.value_at_risk.model_dump(mode="json")
    assert (score["value_at_risk_now"], score["evaluated_at"]) == (None, None)


async def test_a_restored_score_that_no_longer_holds_is_corrected_by_an_event(
    database: Database, database_for: DatabaseFactory
) -> None:
    restored = await database_for(SERVICE)
    announced = await deliver(SERVICE, database, [a_purchase(CUSTOMER)])
    await restore(SERVICE, restored, announced)

    (corrected,) = await run_due(SERVICE, restored)

    assert corrected.data.probability is None
