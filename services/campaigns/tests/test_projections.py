"""However the topics interleave, and however often a batch is cut, the end state is the same."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from campaigns.decisions.inputs.queries.current import load_inputs, load_rules
from campaigns.service import SERVICE
from lealtad.testing.builders import loaded
from lealtad.testing.driving import deliver, statements

from .builders import (
    START,
    an_id,
    attached,
    bought,
    complained,
    contracted,
    granted,
    registered,
    resolved,
    scored,
    segmented,
)

DERIVED = ("appearance", "churn_score", "complaint_case", "contract", "customer", "customer_external_id", "membership")


async def derived_state(database) -> dict[str, list]:
    async with database.read() as uow:
        return {
            table: sorted(map(str, await uow.connection.execute(text(f"SELECT * FROM derived.{table}"))))
            for table in DERIVED
        }


def story() -> list:
    """Two customers: an external id moves between them, cases attach and close, states supersede each other."""
    return [
        registered("ana"),
        registered("ana", sequence=2, consents=[granted(yes=False)], external_ids=[]),
        registered("eva", external_ids=[]),
        registered("eva", sequence=2, external_ids=registered("ana").data.external_ids),
        scored("ana", band="low"),
        scored("ana", band="critical", sequence=2),
        segmented("ana", "loyal"),
        segmented("ana", "lapsed", sequence=2),
        complained(None, case="late"),
        attached("ana", case="late"),
        resolved("ana", case="late", version=3),
        complained("eva", case="other"),
        bought("ana", at=START - timedelta(days=3)),
        bought("ana", at=START - timedelta(days=90)),
        contracted("ana"),
        contracted("ana", ends_at=START, days_ago=50),
        contracted("ana", ends_at=START + timedelta(days=9), days_ago=50),
        # Cancelled, a late step, then revoked.
        contracted("eva", ends_at=START - timedelta(days=1), days_ago=10, contract="kept", version=2),
        contracted("eva", ends_at=START - timedelta(days=1), days_ago=90, contract="kept", version=3),
        contracted("eva", days_ago=30, contract="kept", version=4),
        contracted("eva", contract="kept"),
    ]


STORY = story()
ACTIVITY = [place for place, event in enumerate(STORY) if event.topic == "activity"]
"""Facts that may have come by either lane."""


async def start_over(database) -> None:
    tables = ", ".join(f"derived.{table}" for table in DERIVED)
    async with database.begin() as uow:
        await uow.connection.execute(text(f"TRUNCATE {tables}, journal, next_best_action, pending_reaction"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(range(len(STORY))),
    cuts=st.sets(st.integers(1, len(STORY) - 1), max_size=5),
    history=st.sets(st.sampled_from(ACTIVITY)),
)
async def test_any_interleaving_of_topics_and_lanes_and_any_batches_end_the_same(database, order, cuts, history):
    await start_over(database)
    await deliver(SERVICE, database, STORY)
    expected = await derived_state(database)
    await start_over(database)
    bounds = [0, *sorted(cuts), len(order)]
    for begin, end in pairwise(bounds):
        batch = [loaded(STORY[place]) if place in history else STORY[place] for place in order[begin:end]]
        await deliver(SERVICE, database, batch)
    assert await derived_state(database) == expected


async def test_the_largest_version_of_a_contract_decides_and_one_that_never_ran_is_neither_held_nor_ended(database):
    await deliver(SERVICE, database, STORY)
    before_the_start = START - timedelta(days=101)
    never_ran = contracted("leo", ends_at=before_the_start, contract="never-ran", version=2)
    await deliver(SERVICE, database, [registered("leo"), never_ran, contracted("leo", contract="never-ran", version=1)])

    async with database.read() as uow:
        loaded_inputs = await load_inputs(uow, sorted([an_id("eva"), an_id("leo")]), await load_rules(uow))
    by_id = {customer.customer_id: customer for customer in loaded_inputs}
    eva, leo = by_id[an_id("eva")], by_id[an_id("leo")]
    assert (eva.has_contract, eva.contract_ended_at) == (True, None)
    assert (leo.has_contract, leo.contract_ended_at) == (False, None)


async def test_what_is_delivered_twice_counts_once(database):
    await deliver(SERVICE, database, STORY)
    once = await derived_state(database)
    assert await deliver(SERVICE, database, STORY) == []
    assert await derived_state(database) == once


async def test_an_external_id_belongs_to_who_has_it_now(database, client):
    await deliver(SERVICE, database, STORY)
    decision = (await client.get("/v1/customers/shop:ana/next-best-action")).json()
    assert decision["customer_id"] == str(registered("eva").key)


@pytest.mark.parametrize("customers", [1, 200])
async def test_the_number_of_statements_does_not_depend_on_the_batch(database, customers):
    names = [f"customer-{number}" for number in range(customers)]
    events = [e for n in names for e in (registered(n), segmented(n, "loyal"), scored(n), complained(n, case=f"c-{n}"))]
    with statements(database) as seen:
        await deliver(SERVICE, database, events)
    assert len([s for s in seen if "outbox WHERE" not in s and "coalesce(max(seq)" not in s]) <= 18, "\n\n".join(seen)
