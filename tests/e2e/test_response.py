"""What a customer answers changes the next decision, for the customer and for others."""

import pytest

from .world import World, offer_of

pytestmark = [pytest.mark.stack, pytest.mark.slow]


def belief_in(decision, offer: str, channel: str):
    (action,) = [a for a in decision["ranked"] if a["offer"]["key"] == offer and a["channel"] == channel]
    return action["belief"]


async def a_buyer(world: World) -> str:
    customer = await world.newcomer()
    await world.buy(customer)
    await world.settled()
    return customer


async def test_a_refusal_ends_the_pitch(world: World):
    customer = await a_buyer(world)
    offered = await world.decision(customer)
    await world.respond(offered, "presented", "rejected")
    await world.settled()
    after = await world.decision(customer)
    assert offer_of(after) != offer_of(offered)
    assert offer_of(offered) in {action["offer"]["key"] for action in after["ruled_out"]}


async def test_an_acceptance_fulfils_the_offer(world: World):
    customer = await a_buyer(world)
    offered = await world.decision(customer)
    await world.respond(offered, "presented", "accepted")
    await world.settled()
    assert offer_of(await world.decision(customer)) != offer_of(offered)
    responses = (await world.profile(customer))["responses"]["items"]
    assert {response["response"] for response in responses} == {"presented", "accepted"}


async def test_what_one_customer_accepts_is_believed_more_likely_of_the_next(world: World):
    first = await world.decision(await a_buyer(world))
    offer, channel = offer_of(first), first["action"]["channel"]
    assert offer
    before = belief_in(first, offer, channel)
    await world.respond(first, "presented", "accepted")
    after = belief_in(await world.decision(await a_buyer(world)), offer, channel)
    assert after["alpha"] == before["alpha"] + 1
    assert after["beta"] == before["beta"]
