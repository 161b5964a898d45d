"""How the benchmark of size makes many customers: rows that are on no topic, so that no rebuild may come after it."""

import pytest

from lealtad_bench.ours.connections import database_url_of
from lealtad_bench.size.copies import copy_customers
from lealtad_local.services import SERVICES

from .world import World, offer_of

pytestmark = [pytest.mark.stack, pytest.mark.slow]


async def test_a_copied_customer_is_a_customer_of_its_own_in_every_service(world: World):
    customer = await world.newcomer()
    await world.buy(customer)
    await world.settled()
    original = await world.profile(customer)
    for service in SERVICES:
        url = database_url_of(world.stage.stack, service.name)
        assert await copy_customers(url, [original["id"]], 1, 2) > 0
    first, second = f"{customer}-1", f"{customer}-2"
    await world.buy(second)
    await world.settled()

    profiles = [await world.profile(name) for name in (customer, first, second)]
    assert len({profile["id"] for profile in profiles}) == 3
    assert [profile["totals"]["purchases"] for profile in profiles] == [1, 1, 2]
    assert [(await world.segments(name))["value"]["purchases"] for name in (customer, first, second)] == [1, 1, 2]
    assert offer_of(await world.decision(first)) == offer_of(await world.decision(customer))
    assert (await world.score(first))["probability"] == (await world.score(customer))["probability"]
