"""A contact outside contact hours is refused, and the refusal names the next allowed moment."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from campaigns.ledger.models import contact
from campaigns.service import SERVICE
from lealtad.events.catalog.campaigns import ContactReleased, ContactReserved
from lealtad.events.catalog.customer_profile import Channel, ContactHours
from lealtad.testing.driving import deliver, emitted, restore, run_due

from .builders import granted, registered, scored, segmented, set_policy

EVENING = datetime(2011, 3, 1, 18, 30, tzinfo=UTC)
"""Half past seven in Madrid, where the customer lives; contact hours end at eight."""
NIGHT = datetime(2011, 3, 2, 2, tzinfo=UTC)
MORNING = datetime(2011, 3, 2, 8, tzinfo=UTC)
"""Nine o'clock in Madrid."""
LATE = ContactHours(start="21:00", end="23:00")
"""Hours that do not meet those of the policy."""


@pytest.fixture
async def ana(database) -> None:
    """A loyal customer in Madrid."""
    await deliver(SERVICE, database, [registered(), segmented("ana", "loyal", "active-90d"), scored()])


async def request_decision(client, channel: str = "email", **request) -> dict:
    answer = await client.post("/v1/decisions", json={"customer": "shop:ana", "channel": channel, **request})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def reserve(client, decision: dict, **body):
    return await client.post("/v1/contacts", json={"decision_id": decision["decision_id"], **body})


async def present(client, decision: dict, **body):
    path = f"/v1/decisions/{decision['decision_id']}/responses"
    return await client.post(path, json={"response": "presented", **body})


async def read_current_action_by_email(client, database) -> dict:
    """Return the next-best action of a customer who allows e-mail only."""
    await deliver(SERVICE, database, [registered(sequence=2, consents=[granted(Channel.EMAIL)])])
    decision = (await client.get("/v1/customers/shop:ana/next-best-action")).json()
    assert decision["action"]["channel"] == "email"
    return decision


def refusal(answer) -> tuple[int, str, str | None]:
    problem = answer.json()
    return answer.status_code, problem["rule"], problem["until"]


def text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


OUTSIDE = (409, "outside-contact-hours", text(MORNING))


async def test_at_night_no_contact_is_reserved_or_made_and_the_answer_says_from_when_on(client, clock, ana):
    clock.set(NIGHT)
    decision = await request_decision(client)
    assert decision["action"]["contact_at"] == text(MORNING)
    assert refusal(await reserve(client, decision)) == OUTSIDE
    assert refusal(await present(client, decision)) == OUTSIDE
    clock.set(MORNING)
    assert (await present(client, decision)).status_code == 201


async def test_a_contact_that_was_reserved_in_time_is_not_confirmed_at_night(client, clock, ana):
    clock.set(EVENING)
    slot = (await reserve(client, await request_decision(client))).json()
    clock.advance(minutes=40)
    assert refusal(await client.post(f"/v1/contacts/{slot['contact_id']}/confirm")) == OUTSIDE


async def test_the_standing_action_is_not_presented_at_night_however_long_it_stood(client, database, clock, ana):
    current_action = await read_current_action_by_email(client, database)
    clock.set(NIGHT)
    assert refusal(await present(client, current_action)) == OUTSIDE


async def test_a_channel_to_which_customers_come_has_no_contact_hours(client, clock, ana):
    clock.set(NIGHT)
    decision = await request_decision(client, "front-office")
    assert decision["action"]["contact_at"] == text(NIGHT)
    assert (await present(client, decision)).status_code == 201


@pytest.mark.parametrize("hours", [None, LATE])
async def test_a_customer_who_is_there_is_served_at_whatever_hour(client, database, clock, hours):
    await deliver(SERVICE, database, [registered(contact_hours=hours), segmented("ana", "loyal"), scored()])
    clock.set(NIGHT)
    decision = await request_decision(client, initiated_by="customer")
    assert (decision["initiated_by"], decision["action"]["contact_at"]) == ("customer", text(NIGHT))
    slot = (await reserve(client, decision)).json()
    confirmed = await client.post(f"/v1/contacts/{slot['contact_id']}/confirm")
    assert (confirmed.status_code, confirmed.json()["status"]) == (200, "confirmed")


async def test_a_customer_who_is_there_is_not_called_back_at_night(client, database, clock, ana):
    clock.set(NIGHT)
    decision = await request_decision(client, initiated_by="customer")
    later, at_once = NIGHT + timedelta(minutes=30), NIGHT + timedelta(minutes=4)
    assert refusal(await reserve(client, decision, contact_at=later.isoformat())) == OUTSIDE
    assert (await reserve(client, decision, contact_at=at_once.isoformat())).status_code == 201


async def test_a_slot_for_a_call_back_is_released_when_contact_hours_move_past_it(client, database, clock, ana):
    await set_policy(database, asked_validity_minutes=600)
    clock.set(NIGHT)
    decision = await request_decision(client, initiated_by="customer")
    at = (MORNING + timedelta(minutes=30)).isoformat()
    assert (await reserve(client, decision, contact_at=at)).status_code == 201

    moved = await deliver(SERVICE, database, [registered(sequence=2, contact_hours=LATE)])

    assert [type(event.data) for event in moved if isinstance(event.data, ContactReleased)] == [ContactReleased]


async def test_an_asked_decision_outlasts_its_wait_for_contact_hours(client, clock, ana):
    clock.set(NIGHT)
    assert (await request_decision(client))["valid_until"] == text(MORNING + timedelta(minutes=60))
    assert (await request_decision(client, "front-office"))["valid_until"] == text(NIGHT + timedelta(minutes=60))


async def test_a_slot_for_a_later_moment_is_held_until_after_that_moment(client, database, clock, ana):
    clock.set(NIGHT)
    at = MORNING + timedelta(minutes=30)
    slot = await reserve(client, await request_decision(client), contact_at=at.isoformat())
    assert slot.status_code == 201, slot.text
    assert (slot.json()["at"], slot.json()["expires_at"]) == (text(at), text(at + timedelta(minutes=60)))
    (reserved,) = [event.data for event in await emitted(database) if isinstance(event.data, ContactReserved)]
    assert (reserved.contact_at, reserved.expires_at) == (at, at + timedelta(minutes=60))

    await run_due(SERVICE, database, now=NIGHT + timedelta(minutes=61))
    clock.set(at + timedelta(minutes=59))
    confirmed = await client.post(f"/v1/contacts/{slot.json()['contact_id']}/confirm")
    assert (confirmed.status_code, confirmed.json()["contact_id"]) == (200, slot.json()["contact_id"])


async def test_a_slot_for_a_later_moment_is_restored_for_that_moment(client, database, database_for, ana):
    current_action = (await client.get("/v1/customers/shop:ana/next-best-action")).json()
    slot = (await reserve(client, current_action, contact_at=MORNING.isoformat())).json()
    restored = await database_for(SERVICE)
    await restore(SERVICE, restored, await emitted(database))
    async with restored.begin() as uow:
        (row,) = await uow.connection.execute(select(contact))
    assert (str(row.contact_id), row.at, row.expires_at) == (
        slot["contact_id"],
        MORNING,
        MORNING + timedelta(minutes=60),
    )


async def test_a_slot_for_a_later_moment_counts_until_it_is_used_or_free(client, database, clock, ana):
    await set_policy(database, caps=[{"contacts": 1, "days": 1}])
    current_action = (await client.get("/v1/customers/shop:ana/next-best-action")).json()
    in_three_days = clock.now() + timedelta(days=3)
    assert (await reserve(client, current_action, contact_at=in_three_days.isoformat())).status_code == 201
    clock.advance(days=2)
    assert refusal(await reserve(client, await request_decision(client, "front-office")))[:2] == (409, "contact-cap")


async def test_a_slot_is_reserved_for_a_moment_in_contact_hours_only(client, database, ana):
    night = NIGHT + timedelta(days=1)
    current_action = await read_current_action_by_email(client, database)
    refused = await reserve(client, current_action, contact_at=night.isoformat())
    assert refusal(refused) == (409, "outside-contact-hours", text(MORNING + timedelta(days=1)))


async def test_a_slot_is_reserved_for_as_long_as_its_decision_holds_and_never_for_the_past(client, clock, ana):
    decision = await request_decision(client)
    tomorrow, past = clock.now() + timedelta(days=1), clock.now() - timedelta(seconds=301)
    expired = await reserve(client, decision, contact_at=tomorrow.isoformat())
    assert expired.json()["type"] == "urn:lealtad:problem:decision-expired"
    refused = await reserve(client, decision, contact_at=past.isoformat())
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/contact_at")


async def test_a_slot_asked_for_by_a_clock_that_is_a_little_behind_is_for_now_also_when_asked_again(client, clock, ana):
    decision = await request_decision(client)
    behind = (clock.now() - timedelta(seconds=300)).isoformat()

    first = await reserve(client, decision, contact_at=behind)
    again = await reserve(client, decision, contact_at=behind)

    assert (first.status_code, again.status_code) == (201, 200), again.text
    assert first.json()["at"] == again.json()["at"] == text(clock.now())


async def test_a_held_slot_is_not_moved_unasked(client, clock, ana):
    current_action = (await client.get("/v1/customers/shop:ana/next-best-action")).json()
    first, other = clock.now() + timedelta(hours=2), clock.now() + timedelta(hours=3)
    slot = await reserve(client, current_action, contact_at=first.isoformat())
    again = await reserve(client, current_action, contact_at=first.isoformat())
    assert (again.status_code, again.json()) == (200, slot.json())
    moved = await reserve(client, current_action, contact_at=other.isoformat())
    assert moved.json()["type"] == "urn:lealtad:problem:reserved-for-another-moment"


async def test_hours_that_never_meet_are_no_contact_and_the_decision_says_so(client, database):
    await deliver(SERVICE, database, [registered(contact_hours=LATE), segmented("ana", "loyal"), scored()])
    decision = await request_decision(client)
    assert (decision["action"], decision["reason"]) == (None, "no-common-hours")
    assert {a["stage"] for a in decision["ruled_out"] if a["rule"] == "no-common-hours"} == {"contact-policy"}
    assert (await request_decision(client, "front-office"))["action"] is not None


async def test_hours_that_a_customer_changes_hold_for_a_slot_that_is_held(client, database, clock, ana):
    slot = (await reserve(client, await request_decision(client))).json()
    later = ContactHours(start="18:00", end="02:00")
    await deliver(SERVICE, database, [registered(sequence=2, contact_hours=later)])
    refused = await client.post(f"/v1/contacts/{slot['contact_id']}/confirm")
    assert refusal(refused) == (409, "outside-contact-hours", "2011-03-01T17:00:00Z")


async def test_a_slot_that_contact_hours_forbid_until_it_expires_is_free_again(client, database, clock, ana):
    clock.set(EVENING)
    await reserve(client, await request_decision(client))
    clock.advance(minutes=40)
    await deliver(SERVICE, database, [scored(band="high", sequence=2)])
    (released,) = [event.data for event in await emitted(database) if isinstance(event.data, ContactReleased)]
    assert (released.reason, released.rule) == ("stopped", "outside-contact-hours")


async def test_hours_that_no_longer_meet_refuse_a_slot_that_is_held(client, database, ana):
    slot = (await reserve(client, await request_decision(client))).json()
    await deliver(SERVICE, database, [registered(sequence=2, contact_hours=LATE)])
    refused = await client.post(f"/v1/contacts/{slot['contact_id']}/confirm")
    assert refusal(refused) == (409, "no-common-hours", None)


async def test_a_contact_is_judged_by_the_time_at_which_it_was_made(client, clock, ana):
    clock.set(EVENING)
    decision = await request_decision(client)
    clock.set(EVENING + timedelta(minutes=31))
    last_minute = EVENING + timedelta(minutes=29)
    assert (await present(client, decision, occurred_at=last_minute.isoformat())).status_code == 201


async def test_a_policy_says_its_hours_in_digits_that_are_read_as_hours(client):
    policy = (await client.get("/v1/contact-policy")).json()
    document = {name: value for name, value in policy.items() if name not in {"version", "changed_at", "changed_by"}}
    document["contact_hours"] |= {"start": "0\u0669:00"}
    refused = await client.put("/v1/contact-policy", json=document, headers={"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/contact_hours/start")
