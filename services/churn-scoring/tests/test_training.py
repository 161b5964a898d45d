"""Training on a database: read, fit, evaluate, store and promote models, then score by them."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

from churn_scoring.registry.queries.release import DamagedModelError
from churn_scoring.service import SERVICE
from churn_scoring.training.candidates import NAMES
from churn_scoring.training.command import train
from churn_scoring.training.windows import TooLittleDataError
from lealtad.events.catalog.churn_scoring import ChurnScored, ModelPromoted
from lealtad.ids import new_id
from lealtad.testing.driving import deliver, emitted, run_due
from lealtad.unit_of_work import Database

from .builders import START as TODAY
from .builders import a_purchase
from .timelines import START, simulated

HORIZON = text("UPDATE scoring_policy SET policy = jsonb_set(policy, '{horizon_days}', '60')")

DAMAGE = text("UPDATE model SET artifact = artifact || '\\x00' WHERE name = 'gradient-boosting'")


@pytest.fixture
async def shop(database: Database) -> Database:
    """Return a shop with a year of purchases of simulated customers, at the end of that year."""
    shift = TODAY - START - timedelta(days=361)
    async with database.engine.begin() as connection:
        await connection.execute(HORIZON)
    events = [
        a_purchase(timeline.customer_id, (fact.occurred_at + shift - TODAY) / timedelta(days=1), str(fact.amount))
        for timeline in simulated(900, 361)
        for fact in timeline.facts
    ]
    for place in range(0, len(events), 2000):
        await deliver(SERVICE, database, events[place : place + 2000])
    return database


async def test_a_trained_model_takes_over(shop: Database, client: httpx.AsyncClient) -> None:
    before = await emitted(shop)
    outcome = (await train(shop)).outcome
    assert outcome is not None
    assert outcome.champion is not None

    models = {model["name"]: model for model in (await client.get("/v1/models")).json()["items"]}
    champion = models[outcome.champion.name]
    assert set(models) == {"bg-nbd-prior", *NAMES}
    assert champion["in_force"]
    assert champion["calibrated"]
    assert champion["training"]["fingerprint"] == outcome.training["fingerprint"]
    assert set(champion["metrics"]["models"]) == {*NAMES, "in-force", "recency"}
    assert set(champion["metrics"]["value"]) == {"learned", "prior"}
    (promoted,) = [event for event in await emitted(shop) if isinstance(event.data, ModelPromoted)]
    assert (promoted.data.model.name, promoted.data.previous.name) == (outcome.champion.name, "bg-nbd-prior")

    rescored = await run_due(SERVICE, shop)

    assert rescored
    assert all(isinstance(event.data, ChurnScored) for event in rescored)
    assert {event.data.model.version for event in rescored} == {champion["version"]}
    assert all(event.data.reasons for event in rescored)
    assert len(before) > 0
    assert await run_due(SERVICE, shop) == []


async def test_every_stored_model_can_be_put_in_force_but_only_as_it_was_stored(
    shop: Database, client: httpx.AsyncClient
) -> None:
    await train(shop)
    for version in (5, 4, 3, 2, 1):
        if not (await client.get(f"/v1/models/{version}")).json()["in_force"]:
            assert (await client.post(f"/v1/models/{version}/promote")).json()["in_force"]
        rescored = await run_due(SERVICE, shop)
        assert {event.data.model.version for event in rescored} == {version}
    assert (await client.post("/v1/models/1/promote")).status_code == 409
    assert (await client.post("/v1/models/99/promote")).status_code == 404

    async with shop.engine.begin() as connection:
        await connection.execute(DAMAGE)
    damaged = next(m for m in (await client.get("/v1/models")).json()["items"] if m["name"] == "gradient-boosting")
    await client.post(f"/v1/models/{damaged['version']}/promote")
    with pytest.raises(DamagedModelError):
        await run_due(SERVICE, shop)


async def test_without_enough_history_nothing_changes(database: Database, client: httpx.AsyncClient) -> None:
    await deliver(SERVICE, database, [a_purchase(new_id(), -30)])

    lesson = await train(database)

    assert lesson.outcome is None
    assert not lesson.is_shifted
    assert len((await client.get("/v1/models")).json()["items"]) == 1


async def test_training_before_the_first_month_states_the_shortage(database: Database) -> None:
    with pytest.raises(TooLittleDataError, match="no purchase"):
        await train(database)

    await deliver(SERVICE, database, [a_purchase(new_id(), -9)])
    with pytest.raises(TooLittleDataError, match="28 days"):
        await train(database)


async def test_the_first_months_shift_the_level_without_a_trained_model(
    database: Database, client: httpx.AsyncClient
) -> None:
    shift = TODAY - START - timedelta(days=100)
    events = [
        a_purchase(timeline.customer_id, (fact.occurred_at + shift - TODAY) / timedelta(days=1), str(fact.amount))
        for timeline in simulated(600, 101, rate=0.05)
        for fact in timeline.facts
    ]
    await deliver(SERVICE, database, events)

    lesson = await train(database)

    assert lesson.outcome is None
    assert "three horizons" in lesson.shortage
    assert lesson.level is not None
    gap = lesson.level.gaps["active"]
    assert abs(gap["predicted"] - gap["observed"]) > 0.1
    assert await run_due(SERVICE, database)
    assert not (await train(database)).is_shifted
    assert len((await client.get("/v1/models")).json()["items"]) == 1
