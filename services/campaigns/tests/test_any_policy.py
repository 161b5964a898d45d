"""With every accepted contact policy and offer, decisions, contacts and responses succeed."""

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.priority import LARGEST
from campaigns.offers.schemas import TERMS, OfferChanges
from campaigns.policy.schemas import NewContactPolicy
from campaigns.service import SERVICE
from lealtad.events.catalog.customer_profile import Channel, ContactHours
from lealtad.testing.documents import documents
from lealtad.testing.driving import deliver, run_due
from lealtad.testing.fuzzing import Caller, failures, some_documents

from .builders import START, bought, complained, contracted, registered, resolved, scored, segmented

PATH = "contact-policy"
OFFER = "offers/spring-preview"
counter = count(1)


async def use(call, database):
    """Deliver every kind of event, pass time, then request, reserve, present and answer."""
    number = next(counter)
    hours = ContactHours(start="18:00", end="10:00")
    attributes = {"preferred_channels": list(Channel), "contact_hours": hours, "time_zone": "America/St_Johns"}
    events = [
        registered("ana", sequence=number, **attributes),
        registered("eva", sequence=number),
        registered("unscored", sequence=number, time_zone=None),
        *(scored(name, band="critical", at_risk=str(LARGEST), sequence=number) for name in ("ana", "eva")),
        *(segmented(name, "loyal", "champions", "lapsed", tier="gold", sequence=number) for name in ("ana", "eva")),
        bought("ana", fact=f"invoice-{number}"),
        contracted("ana", ends_at=START - timedelta(days=5), contract=f"contract-{number}"),
        complained("eva", case=f"case-{number}"),
        resolved("eva", case=f"case-{number}", at=START),
        complained("unscored", case=f"open-{number}"),
    ]
    await deliver(SERVICE, database, events)
    await run_due(SERVICE, database, now=database.clock.now() + timedelta(hours=7))
    for name in ("ana", "eva", "unscored"):
        await _contact(call, f"shop:{name}", accept=number % 2 == 0)
    for path in ("offers", f"{OFFER}", PATH, f"{PATH}/versions/1"):
        await call("GET", path)


async def _contact(call, customer, *, accept):
    current_action = await call("GET", f"customers/{customer}/next-best-action")
    asked = await call("POST", "decisions", json={"customer": customer, "channel": "front-office"})
    assert current_action
    assert asked
    for decision in (current_action, asked):
        slot = await call("POST", "contacts", json={"decision_id": decision["decision_id"]})
        if slot and decision is current_action:
            await call("POST", f"contacts/{slot['contact_id']}/confirm")
        for response in ("presented", "accepted" if accept else "rejected"):
            await call("POST", f"decisions/{decision['decision_id']}/responses", json={"response": response})
        await call("GET", f"decisions/{decision['decision_id']}")
    await call("GET", f"customers/{customer}/contacts")
    await call("GET", f"customers/{customer}/decisions")


@pytest.mark.smoke
@some_documents
@given(data=st.data())
async def test_no_accepted_contact_policy_stops_the_decisions(client, database, data):
    call = Caller(client)
    document = data.draw(documents(NewContactPolicy, await call.shipped(PATH)))
    if await call.put(PATH, document):
        await use(call, database)
    assert await failures(database) == []


@pytest.mark.smoke
@some_documents
@given(data=st.data())
async def test_no_accepted_offer_stops_the_decisions(client, database, data):
    call = Caller(client)
    await call("POST", "offers", json={"key": "spring-preview", **TERMS})
    if await call.put(OFFER, data.draw(documents(OfferChanges, TERMS))):
        await use(call, database)
    assert await failures(database) == []


async def test_the_shipped_contact_policy_may_be_put_in_force(client, database):
    call = Caller(client)
    assert await call.put(PATH, await call.shipped(PATH))
    await use(call, database)


async def test_shipped_offers_may_be_put_in_force_as_they_are(client):
    call = Caller(client)
    stamp = ("key", "offer_id", "version", "withdrawn", "changed_at", "changed_by")
    for offer in (await call("GET", "offers", params={"limit": 1000}))["items"]:
        terms = {name: value for name, value in offer.items() if name not in stamp}
        assert await call.put(f"offers/{offer['key']}", terms)


async def test_decisions_go_on_where_situations_multiply_to_a_priority_beyond_all_measure(client, database):
    call = Caller(client)
    audience, weights = {"segments_any": ["loyal"]}, {"service-recovery": "100"}
    situations = [{"name": f"loyal-{n}", "audience": audience, "weights": weights} for n in range(50)]
    assert await call.put(PATH, {**await call.shipped(PATH), "situations": situations})

    await use(call, database)

    decisions = await call("GET", "customers/shop:eva/decisions")
    priorities = [decision["action"]["priority"] for decision in decisions["items"] if decision["action"]]
    assert max(priorities) == float(LARGEST)
    assert await failures(database) == []


@pytest.mark.parametrize("text", ["title", "message", "script", "procedure"])
async def test_a_text_that_cannot_be_stored_is_pointed_at(client, text):
    content = {"title": "Spring", "message": "See it early.", text: "\x00"}

    answer = await client.post("/v1/offers", json={"key": "spring", **TERMS, "contents": {"en": content}})

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/contents/en/{text}"]


@pytest.mark.parametrize(
    "audience",
    [
        {"min_tenure_days": 30, "max_tenure_days": 30},
        {"segments_all": ["loyal", "new"], "segments_none": ["new"]},
        {"segments_any": ["loyal"], "segments_none": ["loyal", "new"]},
    ],
)
async def test_an_audience_in_which_nobody_can_be_is_refused(client, audience):
    call = Caller(client)
    offer = await client.post("/v1/offers", json={"key": "spring", **TERMS, "audience": audience})
    situation = {"name": "nobody", "audience": audience, "weights": {"reward": "2"}}
    document = {**await call.shipped(PATH), "situations": [situation]}
    policy = await client.put(f"/v1/{PATH}", json=document, headers={"If-Match": '"1"'})

    assert (offer.status_code, [error["pointer"] for error in offer.json()["errors"]]) == (422, ["/audience"])
    assert (policy.status_code, [error["pointer"] for error in policy.json()["errors"]]) == (422, ["/situations"])
