"""A purchase goes all the way: score, segments, decision, each naming it."""

import asyncio

import pytest

from lealtad.events.catalog.customer_profile import PurchaseRecorded
from lealtad.events.model import CATALOG
from lealtad.events.subscriptions import READERS

from .world import World, events, offer_of, segment_keys

pytestmark = [pytest.mark.stack, pytest.mark.slow]


def readers(event_type: str) -> int:
    """How many services get the records of the topic that an event of this type goes to."""
    topic = CATALOG[event_type].topic
    return sum(any(each.topic == topic for each in reader.subscriptions) for reader in READERS.values())


async def test_a_first_purchase_changes_score_segments_and_action_and_each_names_it(world: World):
    customer = await world.newcomer()
    before = await world.decision(customer)
    purchase = await world.buy(customer)
    await world.settled()

    score = await world.score(customer)
    assert purchase in score["causes"]
    segments = await world.segments(customer)
    entered = {membership["key"]: membership["cause_id"] for membership in segments["segments"]}
    assert entered["new-customers"] == purchase
    decision = await world.decision(customer)
    assert purchase in decision["causes"]["ids"]
    assert offer_of(decision) is not None
    assert offer_of(decision) != offer_of(before)
    assert float(decision["inputs"]["score"]["probability"]) == float(score["probability"])


async def test_the_360_view_shows_what_the_others_decided(world: World):
    customer = await world.newcomer()
    await world.buy(customer)
    await world.settled()
    profile, decision = await world.profile(customer), await world.decision(customer)
    assert profile["totals"]["purchases"] == 1
    assert float(profile["score"]["probability"]) == float((await world.score(customer))["probability"])
    shown = {segment["key"] for segment in profile["segments"]["segments"]}
    assert shown == segment_keys(await world.segments(customer))
    assert profile["next_best_action"]["offer"]["key"] == offer_of(decision)


async def test_a_trace_shows_the_whole_way_of_a_purchase(world: World):
    customer = await world.newcomer()
    purchase = await world.buy(customer)
    await world.settled()
    traced = await world.trace(purchase)
    assert traced.type == PurchaseRecorded.type
    types = {event.type.split(".")[-2] for event in events(traced)}
    assert types >= {"purchase-recorded", "churn-scored", "memberships-changed", "next-best-action-changed"}
    assert {step["service"] for step in traced.steps} >= {
        "customer-profile",
        "churn-scoring",
        "segmentation",
        "campaigns",
    }


async def test_a_trace_says_why_nothing_happened_where_nothing_did(world: World):
    customer = await world.newcomer()
    await world.buy(customer)
    await world.settled()
    before = await world.decision(customer)
    visit = await world.meet(customer)
    await world.settled()
    traced = await world.trace(visit)
    assert offer_of(await world.decision(customer)) == offer_of(before)
    idle = [step for step in traced.steps if not step["emitted"]]
    assert {step["service"] for step in idle} >= {"churn-scoring", "segmentation"}
    silent = {step["service"] for step in idle if step["kind"] == "event" and not step["detail"]}
    assert silent == set()


async def test_a_purchase_that_changes_everything_costs_at_most_13_records_of_which_9_are_handled(world: World):
    customer = await world.newcomer()
    purchase = await world.buy(customer)
    await world.settled()
    traced = events(await world.trace(purchase))
    received = sum(readers(event.type) for event in traced)
    steps = [(event.type, step) for event in traced for step in event.steps if step["kind"] == "event"]
    handled = [(type_, step["service"]) for type_, step in steps if step["outcome"] != "ignored"]
    assert len(handled) <= 9, [(t, step["service"], step["outcome"], step["detail"]) for t, step in steps]
    assert received <= 13, [event.type for event in traced]


async def test_a_fact_that_changes_nothing_costs_3_records(world: World):
    customer = await world.newcomer()
    await world.buy(customer)
    await world.settled()
    traced = events(await world.trace(await world.meet(customer)))
    assert sum(readers(event.type) for event in traced) == 3


async def test_50_simultaneous_purchases_count_as_50_everywhere_and_the_decision_is_based_on_all(world: World):
    customer = await world.newcomer()
    bought = await asyncio.gather(*(world.buy(customer, price="10.00") for _ in range(50)))
    await world.settled()

    profile = await world.profile(customer)
    assert (profile["totals"]["purchases"], float(profile["totals"]["net"]["amount"])) == (50, 500)
    value = (await world.segments(customer))["value"]
    assert (value["purchases"], float(value["net_amount"])) == (50, 500)
    score, decisions = await world.score(customer), await world.decisions(customer)
    standing = next(decision for decision in decisions if decision["standing"])
    assert float(standing["inputs"]["score"]["probability"]) == float(score["probability"])
    named = {cause for decision in decisions for cause in decision["causes"]["ids"]}
    assert named & set(bought)
