"""The database cost of decisions: few statements for any number of customers, planned once per connection."""

import pytest
from sqlalchemy import text

from campaigns.decisions.inputs import repository
from campaigns.decisions.reaction import decide_current_actions
from campaigns.service import SERVICE
from lealtad.testing.driving import deliver, statements

from .builders import START, an_id, complained, registered, scored, segmented

OTHER_CUSTOMERS = """
    INSERT INTO customer (customer_id, sequence, status, do_not_contact, preferred_channels, consents, registered_at)
    SELECT gen_random_uuid(), 1, 'active', false, '{}', '[]', now() FROM generate_series(1, 3000)
"""
THEIR_SCORES = "INSERT INTO churn_score (customer_id, sequence, as_of) SELECT customer_id, 1, now() FROM customer"
THEIR_SEGMENTS = """
    INSERT INTO membership (customer_id, sequence, segments, as_of) SELECT customer_id, 1, '{}', now() FROM customer
"""
PLANNED = text("SELECT custom_plans FROM pg_prepared_statements WHERE statement LIKE :part")


@pytest.mark.parametrize("customers", [1, 200])
async def test_deciding_takes_four_statements_however_many_customers(database, customers):
    names = [f"customer-{number}" for number in range(customers)]
    events = [e for n in names for e in (registered(n), segmented(n, "loyal"), scored(n), complained(n, case=f"c-{n}"))]
    await deliver(SERVICE, database, events)
    async with database.begin() as uow:
        causes = {id_: [uow.due_cause(id_, "test")] for id_ in sorted(an_id(name) for name in names)}
        with statements(database) as seen:
            await decide_current_actions(uow, causes)
    assert len(seen) == 4, "\n\n".join(seen)


@pytest.mark.parametrize("ref", ["shop:ana", str(an_id("ana"))])
async def test_reading_the_next_best_action_takes_one_statement(database, client, ref):
    await deliver(SERVICE, database, [registered(), scored()])
    with statements(database) as seen:
        answer = await client.get(f"/v1/customers/{ref}/next-best-action")
    assert (answer.status_code, len(seen)) == (200, 1), "\n\n".join(seen)


async def test_what_customers_are_decided_on_is_not_planned_for_each_batch(database):
    async with database.begin() as uow:
        for statement in (OTHER_CUSTOMERS, THEIR_SCORES, THEIR_SEGMENTS, "ANALYZE"):
            await uow.connection.execute(text(statement))
    async with database.begin() as uow:
        for number in range(20):
            await repository.read_customers(
                uow.connection, [an_id(f"customer-{number}")], START, contacts=START, responses=START
            )
        assert await uow.connection.scalar(PLANNED, {"part": "%AS responses%"}) == 0
