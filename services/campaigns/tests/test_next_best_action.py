"""From events to the next-best action: what is decided, announced and explained."""

from datetime import timedelta

from campaigns.service import SERVICE
from lealtad.events.catalog.campaigns import NextBestActionChanged
from lealtad.testing.driving import deliver, run_due

from .builders import (
    START,
    an_id,
    bought,
    complained,
    confirm_inputs,
    granted,
    registered,
    resolved,
    scored,
    segmented,
    set_policy,
)


async def next_best_action(client, name="ana") -> dict:
    answer = await client.get(f"/v1/customers/shop:{name}/next-best-action")
    assert answer.status_code == 200, answer.text
    return answer.json()


def chosen(event) -> str | None:
    assert isinstance(event.data, NextBestActionChanged)
    return event.data.offer.key if event.data.offer else None


async def test_a_loyal_customer_is_rewarded(database, client):
    (changed,) = await deliver(SERVICE, database, [registered(), segmented("ana", "loyal", "active-90d"), scored()])
    assert chosen(changed) == "reward-free-delivery"
    decision = await next_best_action(client)
    assert decision["action"]["offer"]["key"] == "reward-free-delivery"
    assert decision["action"]["content"]["title"] == "Envío gratis por su fidelidad"
    assert decision["standing"]


async def test_every_action_is_ranked_or_ruled_out_with_its_rule(database, client):
    await deliver(SERVICE, database, [registered(), segmented("ana", "loyal"), scored()])
    decision = await next_best_action(client)
    offers = (await client.get("/v1/offers")).json()["items"]
    listed = {(a["offer"]["key"], a["channel"]) for a in decision["ranked"]}
    listed |= {(a["offer"]["key"], channel) for a in decision["ruled_out"] for channel in a["channels"]}
    assert listed == {(offer["key"], channel) for offer in offers for channel in offer["channels"]}
    assert all(a["rule"] and a["detail"] for a in decision["ruled_out"])


async def test_a_decision_names_the_facts_that_led_to_it(database, client):
    score = scored()
    await deliver(SERVICE, database, [registered()])
    await deliver(SERVICE, database, [score])
    assert (await next_best_action(client))["causes"]["ids"] == [str(score.id)]


async def test_what_changes_nothing_is_decided_but_not_announced(database, client):
    await deliver(SERVICE, database, [registered(), segmented("ana", "loyal"), scored()])
    before = await next_best_action(client)
    assert await deliver(SERVICE, database, [scored(probability="0.22", sequence=2)]) == []
    after = await next_best_action(client)
    assert after["decision_id"] != before["decision_id"]
    assert after["action"]["offer"] == before["action"]["offer"]


async def test_a_purchase_alone_is_folded_and_not_decided_on(database, client):
    await deliver(SERVICE, database, [registered()])
    before = await next_best_action(client)
    purchase = bought()
    assert await deliver(SERVICE, database, [purchase]) == []
    assert await next_best_action(client) == before
    trace = (await client.get(f"/v1/events/{purchase.id}/trace")).json()
    assert trace["outcome"] == "ignored"
    assert "score or segments" in trace["detail"]


async def test_an_open_complaint_mutes_and_recovers_and_lifts_after_the_cool_down(database, client, clock):
    await deliver(SERVICE, database, [registered(), segmented("ana", "loyal"), scored()])
    (muted,) = await deliver(SERVICE, database, [complained()])
    assert (chosen(muted), muted.data.muted) == ("recovery-call-and-solution", True)

    (cooling,) = await deliver(SERVICE, database, [resolved(at=clock.now())])
    assert (chosen(cooling), cooling.data.muted) == ("recovery-goodwill-credit", True)
    decision = await next_best_action(client)
    assert decision["mute"] == "complaint-cool-down"

    lifted = await run_due(SERVICE, database, now=START + timedelta(days=7))
    assert [event.data.muted for event in lifted] == [False]
    assert (await next_best_action(client))["ranked"][-1]["offer"]["key"]


async def test_time_alone_ends_a_decision_and_leads_to_the_next(database, client):
    await deliver(SERVICE, database, [registered(), segmented("ana", "loyal"), scored()])
    before = await next_best_action(client)
    await run_due(SERVICE, database, now=START + timedelta(days=14))
    after = await next_best_action(client)
    assert after["decided_at"] == before["valid_until"]
    assert after["seed"] != before["seed"]


async def test_who_stopped_buying_is_won_back(database):
    await deliver(SERVICE, database, [registered(), segmented("ana", "active-90d", tier="silver"), scored()])
    events = [
        scored(band="critical", probability="0.9", at_risk="80", sequence=2),
        segmented("ana", "lapsed", sequence=2),
    ]
    (changed,) = await deliver(SERVICE, database, events)
    assert chosen(changed) == "win-back-welcome-again"


async def test_without_consent_no_promotion_is_made(database, client):
    refused = registered(consents=[granted(yes=False)])
    assert await deliver(SERVICE, database, [refused, segmented("ana", "loyal"), scored()]) == []
    decision = await next_best_action(client)
    assert (decision["action"], decision["reason"]) == (None, "consent-withdrawn")


async def test_withdrawn_consent_takes_the_promotion_back(database):
    await deliver(SERVICE, database, [registered(), segmented("ana", "loyal"), scored()])
    refused = registered(sequence=2, consents=[granted(), granted(yes=False, days_ago=1)])
    (changed,) = await deliver(SERVICE, database, [refused])
    assert (chosen(changed), changed.data.reason) == (None, "consent-withdrawn")


async def test_without_fresh_inputs_promotions_rest_until_they_are_fresh(database, client):
    await confirm_inputs(database, age_s=3600)
    assert await deliver(SERVICE, database, [registered(), segmented("ana", "loyal"), scored()]) == []
    assert (await next_best_action(client))["reason"] == "cases-not-fresh"
    assert await run_due(SERVICE, database) == []
    await confirm_inputs(database)
    (changed,) = await run_due(SERVICE, database)
    assert chosen(changed) == "reward-free-delivery"


async def test_customers_of_the_hold_out_get_no_promotion_and_the_record_says_so(database, client):
    await set_policy(database, hold_out_share="0.5")
    names = [f"customer-{number}" for number in range(20)]
    events = [e for name in names for e in (registered(name), segmented(name, "loyal"), scored(name))]
    await deliver(SERVICE, database, events)
    decisions = [await next_best_action(client, name) for name in names]
    assert {d["held_out"] for d in decisions} == {True, False}
    for decision in decisions:
        assert (decision["reason"] == "hold-out") == decision["held_out"]


async def test_a_customer_nobody_registered_yet_gets_no_promotion(database, client):
    await deliver(SERVICE, database, [segmented("ana", "loyal"), scored()])
    answer = await client.get(f"/v1/customers/{an_id('ana')}/next-best-action")
    assert answer.json()["reason"] == "customer-unknown"
    (changed,) = await deliver(SERVICE, database, [registered()])
    assert chosen(changed) == "reward-free-delivery"


async def test_reading_never_decides(database, client):
    await deliver(SERVICE, database, [registered(), scored()])
    first = await next_best_action(client)
    assert await next_best_action(client) == first
    assert (await client.get("/v1/customers/shop:nobody/next-best-action")).status_code == 404
