"""A customer's response changes the next decisions, for the customer and for all others."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from campaigns.service import SERVICE
from lealtad.events.catalog.campaigns import OfferAccepted, OfferPresented, OfferRejected, OfferResponse
from lealtad.testing.driving import deliver, emitted, run_due

from .builders import START, an_id, complained, registered, resolved, scored, segmented


@pytest.fixture
async def decision(database, client) -> dict:
    """A loyal customer's next-best action: a reward."""
    await deliver(SERVICE, database, [registered(), segmented("ana", "loyal", "active-90d"), scored()])
    return (await client.get("/v1/customers/shop:ana/next-best-action")).json()


async def answer(client, decision, response, **body):
    return await client.post(f"/v1/decisions/{decision['decision_id']}/responses", json={"response": response, **body})


async def test_presenting_an_offer_leads_to_the_next_one(client, decision):
    presented = await answer(client, decision, "presented")
    assert presented.status_code == 201, presented.text
    following = presented.json()["next_best_action"]
    assert following["action"]["offer"]["key"] != decision["action"]["offer"]["key"]
    ruled_out = {a["offer"]["key"]: a["rule"] for a in following["ruled_out"]}
    assert ruled_out[decision["action"]["offer"]["key"]] == "already-presented"
    assert following["causes"]["ids"] == [presented.json()["event_id"]]


async def test_a_refusal_ends_the_pitch_and_rests_the_offer(client, decision):
    await answer(client, decision, "presented")
    following = (await answer(client, decision, "rejected", reason="too-expensive")).json()["next_best_action"]
    assert following["action"] is None
    assert following["reason"] == "refused-lately"
    rests = {a["offer"]["key"]: (a["rule"], a["until"]) for a in following["ruled_out"]}
    assert rests["cross-sell-matching-range"] == (
        "refused-lately",
        (START + timedelta(days=2)).strftime("%Y-%m-%dT%XZ"),
    )
    assert rests[decision["action"]["offer"]["key"]][0] == "already-presented"


async def test_an_accepted_offer_is_fulfilled(client, decision):
    await answer(client, decision, "presented")
    following = (await answer(client, decision, "accepted")).json()["next_best_action"]
    ruled_out = {a["offer"]["key"]: a["rule"] for a in following["ruled_out"]}
    assert ruled_out[decision["action"]["offer"]["key"]] == "already-accepted"


async def test_responses_teach_propensities(client, database, decision):
    before = decision["ranked"][0]["belief"]
    await answer(client, decision, "presented")
    await answer(client, decision, "accepted")
    await deliver(SERVICE, database, [registered("eva"), segmented("eva", "loyal", "active-90d"), scored("eva")])
    after = (await client.get("/v1/customers/shop:eva/next-best-action")).json()["ranked"][0]["belief"]
    assert (after["alpha"], after["beta"]) == (before["alpha"] + 1, before["beta"])


async def test_a_decision_shows_what_was_answered(client, decision):
    await answer(client, decision, "presented")
    await answer(client, decision, "rejected", reason="too-expensive")
    explained = (await client.get(f"/v1/decisions/{decision['decision_id']}")).json()
    assert [(r["response"], r["reason"]) for r in explained["responses"]] == [
        ("presented", None),
        ("rejected", "too-expensive"),
    ]


async def test_every_response_is_an_event(client, database, decision):
    await answer(client, decision, "presented")
    await answer(client, decision, "rejected", reason="too-expensive")
    events = [e.data for e in await emitted(database) if isinstance(e.data, OfferPresented | OfferRejected)]
    assert [type(event) for event in events] == [OfferPresented, OfferRejected]
    assert events[1].reason == "too-expensive"


async def test_a_repeated_response_is_answered_as_before(client, database, decision):
    await answer(client, decision, "presented")
    first = await answer(client, decision, "accepted")
    again = await answer(client, decision, "accepted")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["event_id"] == first.json()["event_id"]
    assert sum(isinstance(event.data, OfferAccepted) for event in await emitted(database)) == 1


@pytest.mark.parametrize(
    ("before", "then", "possible"),
    [
        ([], "accepted", ["presented"]),
        (["presented", "rejected"], "accepted", []),
        (["presented", "accepted"], "rejected", []),
    ],
)
async def test_a_response_that_does_not_follow_is_refused(client, decision, before, then, possible):
    for response in before:
        await answer(client, decision, response)
    refused = await answer(client, decision, then)
    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:lealtad:problem:impossible-response"
    assert refused.json()["possible"] == possible


async def test_a_response_lies_between_its_decision_and_now(client, decision):
    for moment in (START - timedelta(days=1), START - timedelta(seconds=301), START + timedelta(seconds=301)):
        refused = await answer(client, decision, "presented", occurred_at=moment.isoformat())
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == "/occurred_at"


@pytest.mark.parametrize("seconds", [-300, -1, 1, 300])
async def test_a_response_by_a_clock_that_differs_a_little_counts_at_the_nearest_possible_time(
    client, decision, seconds
):
    moment = (START + timedelta(seconds=seconds)).isoformat()

    presented = await answer(client, decision, "presented", occurred_at=moment)
    accepted = await answer(client, decision, "accepted", occurred_at=moment)

    assert (presented.status_code, accepted.status_code) == (201, 201), (presented.text, accepted.text)
    times = {datetime.fromisoformat(each.json()["occurred_at"]) for each in (presented, accepted)}
    assert times == {START}


async def test_a_response_before_the_presentation_is_refused(client, decision, clock):
    clock.advance(hours=1)
    await answer(client, decision, "presented")
    early = (START + timedelta(minutes=50)).isoformat()

    refused = await answer(client, decision, "accepted", occurred_at=early)

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/occurred_at")


async def test_an_offer_is_not_presented_once_a_complaint_is_open(client, database, decision):
    await deliver(SERVICE, database, [complained()])
    refused = await answer(client, decision, "presented")
    assert refused.status_code == 409
    assert refused.json()["rule"] == "complaint-open"


async def test_a_decision_that_has_expired_is_not_presented(client, clock, decision):
    clock.advance(days=15)
    refused = await answer(client, decision, "presented")
    assert refused.json()["type"] == "urn:lealtad:problem:decision-expired"


async def test_an_answer_is_taken_for_a_while_only(client, clock, decision):
    await answer(client, decision, "presented")
    clock.advance(days=31)
    assert (await answer(client, decision, "accepted")).json()["type"] == "urn:lealtad:problem:too-late"


async def test_an_offer_that_nobody_answers_counts_as_declined(client, database, decision):
    belief = decision["ranked"][0]["belief"]
    await answer(client, decision, "presented")
    later = START + timedelta(days=30)
    await run_due(SERVICE, database, now=later)
    assert await run_due(SERVICE, database) == []
    await deliver(SERVICE, database, [registered("eva"), segmented("eva", "loyal", "active-90d"), scored("eva")])
    after = (await client.get("/v1/customers/shop:eva/next-best-action")).json()["ranked"][0]["belief"]
    assert (after["alpha"], after["beta"]) == (belief["alpha"], belief["beta"] + 1)
    assert (await answer(client, decision, "accepted")).json()["type"] == "urn:lealtad:problem:too-late"


async def test_doing_nothing_cannot_be_presented(client, database):
    await deliver(SERVICE, database, [registered("eva"), scored("eva")])
    nothing = (await client.get("/v1/customers/shop:eva/next-best-action")).json()
    assert (await answer(client, nothing, "presented")).json()["type"] == "urn:lealtad:problem:no-action"


async def test_the_last_of_a_limited_offer_is_accepted_once(client, database):
    async with database.begin() as uow:
        await uow.connection.execute(
            text("""
                UPDATE offer SET terms = jsonb_set(terms, '{limits,total}', '1') WHERE key = 'reward-free-delivery'
            """)
        )
    names = ["ana", "eva"]
    for name in names:
        await deliver(SERVICE, database, [registered(name), segmented(name, "loyal"), scored(name)])
    decisions = [(await client.get(f"/v1/customers/shop:{name}/next-best-action")).json() for name in names]
    for decision in decisions:
        assert (await answer(client, decision, "presented")).status_code == 201
    answers = await asyncio.gather(*(answer(client, decision, "accepted") for decision in decisions))
    assert sorted(a.status_code for a in answers) == [201, 409]


async def test_the_same_response_from_two_places_at_once_is_recorded_once(client, decision):
    await answer(client, decision, "presented")
    answers = await asyncio.gather(*(answer(client, decision, "accepted") for _ in range(5)))
    assert sorted(a.status_code for a in answers) == [200] * 4 + [201]
    assert len({a.json()["event_id"] for a in answers}) == 1


async def test_an_offer_of_service_recovery_names_its_case_and_so_does_every_answer(client, database):
    cases = [
        complained(case="later", due_at=START + timedelta(days=3)),
        complained(case="urgent", due_at=START + timedelta(days=1), paused_at=START),
        complained(case="harmless", mutes=False, due_at=START),
    ]
    changed = await deliver(SERVICE, database, [registered(), segmented(), scored(), *cases])
    decision = (await client.get("/v1/customers/shop:ana/next-best-action")).json()
    await answer(client, decision, "presented")
    await answer(client, decision, "accepted")

    urgent = an_id("urgent")
    assert [event.data.case_id for event in changed] == [urgent]
    assert decision["action"]["case_id"] == str(urgent)
    assert {case["case_id"]: case["paused_at"] is not None for case in decision["inputs"]["cases"]}[str(urgent)]
    answers = [event.data for event in await emitted(database) if isinstance(event.data, OfferResponse)]
    assert [data.case_id for data in answers] == [urgent, urgent]
    accepted = next(data for data in answers if isinstance(data, OfferAccepted))
    assert accepted.cost is not None


async def test_another_case_to_make_up_for_is_announced(client, database):
    urgent, later = (
        complained(case=name, due_at=START + timedelta(days=days)) for name, days in (("urgent", 1), ("later", 3))
    )
    await deliver(SERVICE, database, [registered(), segmented(), scored(), urgent, later])

    (changed,) = await deliver(SERVICE, database, [resolved(case="urgent")])

    assert changed.data.case_id == an_id("later")


async def test_other_offers_name_no_case(client, database, decision):
    assert decision["action"]["case_id"] is None
    await answer(client, decision, "presented")
    await answer(client, decision, "accepted")
    answers = [event.data for event in await emitted(database) if isinstance(event.data, OfferResponse)]
    assert [(data.case_id, getattr(data, "cost", None)) for data in answers] == [(None, None)] * 2
