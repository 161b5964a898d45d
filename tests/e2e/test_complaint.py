"""A complaint mutes promotions, lets recovery compete, and lifts after a cool-down."""

import pytest

from .world import World, kind_of

pytestmark = [pytest.mark.stack, pytest.mark.slow]

COOL_DOWN_DAYS = 7


def excluded_by(decision, rule: str) -> set[str]:
    return {action["offer"]["kind"] for action in decision["ruled_out"] if action["rule"] == rule}


async def test_a_complaint_mutes_promotions_and_offers_recovery_until_the_cool_down_is_over(world: World):
    customer = await world.newcomer()
    await world.buy(customer)
    await world.settled()
    assert not (await world.decision(customer))["muted"]

    case = await world.complain(customer)
    await world.settled()
    complaining = await world.decision(customer)
    assert complaining["mute"] == "complaint-open"
    assert kind_of(complaining) == "service-recovery"
    assert case["event_id"] in complaining["causes"]["ids"]
    assert excluded_by(complaining, "complaint-open")
    assert (await world.profile(customer))["cases"]["items"][0]["open"]

    await world.resolve(case)
    await world.settled()
    assert (await world.decision(customer))["mute"] == "complaint-cool-down"

    await world.pass_days(COOL_DOWN_DAYS)
    lifted = await world.decision(customer)
    assert not lifted["muted"]
    assert not excluded_by(lifted, "complaint-cool-down")


async def test_a_complaint_of_somebody_unknown_mutes_once_the_customer_registers(world: World):
    case = await world.complain("e2e-shop:comes-later")
    await world.settled()
    await world.stage.apis.post(
        "customer-profile",
        "/v1/customers",
        {"external_ids": [{"source": "e2e-shop", "external_id": "comes-later"}]},
    )
    await world.settled()
    decision = await world.decision("e2e-shop:comes-later")
    assert decision["mute"] == "complaint-open"
    await world.resolve(case)
    await world.settled()
