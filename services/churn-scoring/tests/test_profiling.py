"""Customers who may not be profiled have no score, and no model learns from them."""

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from churn_scoring.service import SERVICE
from churn_scoring.training import repository as training
from lealtad.ids import new_id
from lealtad.testing.driving import deliver, emitted, restore, run_due
from lealtad.unit_of_work import Database

from .builders import START, a_case, a_contract, a_customer, a_purchase, at

CUSTOMER = new_id()


def a_refusal(sequence: int = 2):
    return a_customer(CUSTOMER, external_id="17850", sequence=sequence, profiling_allowed=False)


@pytest.fixture
async def scored(database: Database) -> Database:
    """A customer with a score in band high, then medium."""
    history = [a_purchase(CUSTOMER, day) for day in (-200, -190, -180)]
    await deliver(SERVICE, database, [a_customer(CUSTOMER, external_id="17850"), *history])
    await deliver(SERVICE, database, [a_purchase(CUSTOMER, -2)])
    return database


async def test_a_refusal_withdraws_the_score_with_its_reason(scored: Database, client: httpx.AsyncClient) -> None:
    refusal = a_refusal()

    (withdrawn,) = await deliver(SERVICE, scored, [refusal])

    data = withdrawn.data
    assert (data.probability, data.no_score_reason) == (None, "profiling-refused")
    assert (data.band, data.previous_band, data.kind, data.expected_value, data.reasons) == (None, None, None, None, [])
    assert data.causes.ids == [refusal.id]
    answer = await client.get("/v1/customers/shop:17850/churn-score")
    assert (answer.status_code, answer.json()["type"].rsplit(":", 1)[-1]) == (404, "profiling-refused")
    assert (await client.get("/v1/churn-scores")).json()["items"] == []


async def test_facts_and_time_bring_no_score_while_the_customer_refuses(scored: Database) -> None:
    await deliver(SERVICE, scored, [a_refusal()])
    late = [a_purchase(CUSTOMER, -300), a_purchase(CUSTOMER), a_contract(CUSTOMER, -1, new_id())]
    assert await deliver(SERVICE, scored, [*late, a_case(CUSTOMER, 0, case=new_id())]) == []
    assert await run_due(SERVICE, scored, now=at(400)) == []


async def test_when_profiling_is_allowed_again_the_score_comes_back_with_the_facts_of_the_meantime(
    scored: Database, database_for
) -> None:
    await deliver(SERVICE, scored, [a_refusal()])
    bought = a_purchase(CUSTOMER, -1)
    await deliver(SERVICE, scored, [bought])

    (back,) = await deliver(SERVICE, scored, [a_customer(CUSTOMER, sequence=3)])

    always = await database_for(SERVICE)
    history = [a_purchase(CUSTOMER, day) for day in (-200, -190, -180, -2, -1)]
    (expected,) = await deliver(SERVICE, always, history)
    fields = ("probability", "band", "kind", "expected_value", "value_at_risk")
    assert [getattr(back.data, name) for name in fields] == [getattr(expected.data, name) for name in fields]
    assert bought.id in back.data.causes.ids


SCORES = text("""
    SELECT customer_id, risk, probability, no_score, band, previous_band, kind, expected_value, announced_value,
        next_due_at
    FROM score ORDER BY customer_id
""")
EMPTY = text("""
    TRUNCATE fact, history, contract_fact, service_case, customer, customer_external_id, score, journal, outbox
""")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_readers_end_with_the_same_score_whatever_the_order_of_events(database: Database, data) -> None:
    story = [a_purchase(CUSTOMER, -40), a_purchase(CUSTOMER, -2), a_customer(CUSTOMER), a_refusal()]
    ends = []
    for events in (story, data.draw(st.permutations(story))):
        async with database.begin() as uow:
            await uow.connection.execute(EMPTY)
        for event in events:
            await deliver(SERVICE, database, [event])
        async with database.read() as uow:
            rows = [dict(row) for row in await uow.connection.execute(SCORES)]
        last = (await emitted(database))[-1].data
        ends.append((rows, last.probability, last.no_score_reason, last.band, last.previous_band))
    assert ends[0] == ends[1]


async def test_after_a_restore_the_announced_score_is_withdrawn(scored: Database, database_for) -> None:
    await deliver(SERVICE, scored, [a_refusal()])
    restored = await database_for(SERVICE)
    await deliver(SERVICE, restored, [a_refusal(), *(a_purchase(CUSTOMER, day) for day in (-40, -2))])
    before = [event for event in await emitted(scored) if event.data.probability is not None]

    await restore(SERVICE, restored, before)

    (withdrawn,) = await run_due(SERVICE, restored, now=START)
    assert withdrawn.data.no_score_reason == "profiling-refused"
    assert await run_due(SERVICE, restored) == []


async def test_nothing_is_learned_from_customers_who_refuse(database: Database) -> None:
    other = new_id()
    await deliver(SERVICE, database, [a_purchase(CUSTOMER, -500), a_purchase(other, -100), a_refusal()])
    async with database.read() as uow:
        assert await training.list_customers_after(uow.connection, None, 10) == [other]
        assert await training.read_first_purchase_time(uow.connection) == at(-100)
