"""Two simultaneous transactions about a customer announce the same as two successive ones."""

import asyncio
from typing import Any

import pytest

from lealtad.events.envelope import Event
from lealtad.ids import new_id
from lealtad.testing.driving import deliver, emitted, run_due
from lealtad.unit_of_work import Database
from segmentation.service import SERVICE

from .builders import NOW, case, purchase, registered, score


@pytest.mark.parametrize("known", [False, True])
async def test_simultaneous_batches_of_one_customer_announce_each_segment_once(
    database: Database, *, known: bool
) -> None:
    customer = new_id()
    if known:
        await deliver(SERVICE, database, [registered(customer)], now=NOW)
    batches: list[list[Event[Any]]] = [
        [purchase(customer) for _ in range(3)],
        [case(customer)],
        [score(customer, "0.9", "critical")],
        [purchase(customer, mugs=1500)],
    ]

    await asyncio.gather(*(deliver(SERVICE, database, batch, now=NOW) for batch in batches))

    events = [event.data for event in await emitted(database)]
    entered = [ref.key for event in events for ref in event.entered]
    assert sorted(entered) == sorted(set(entered))
    assert {ref.key for ref in events[-1].segments} == set(entered)
    assert set(entered) >= {"new-customers", "active-90d", "big-basket", "at-risk", "open-complaint"}


async def test_two_workers_share_due_customers_and_announce_nothing_twice(database: Database) -> None:
    customers = [new_id() for _ in range(40)]
    await deliver(SERVICE, database, [purchase(customer) for customer in customers], now=NOW)

    later = NOW.replace(month=4)
    first, second = await asyncio.gather(*(run_due(SERVICE, database, now=later) for _ in range(2)))

    both = {event.id: event for event in [*first, *second]}
    assert sorted(event.data.customer_id for event in both.values()) == sorted(customers)
