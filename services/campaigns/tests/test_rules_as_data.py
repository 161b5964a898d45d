"""Offers and the contact policy are data: versioned, changed under an ETag, in force at once for all customers."""

import pytest

from campaigns.service import SERVICE
from lealtad.events.catalog.campaigns import ContactPolicyChanged, OfferDefinitionChanged
from lealtad.testing.driving import deliver, emitted, run_due

from .builders import registered, scored, segmented

NEW = {
    "key": "spring-present",
    "kind": "reward",
    "value": "500.00",
    "channels": ["email"],
    "contents": {"en": {"title": "A present", "message": "For you."}},
}
READ_ONLY = {"version", "changed_at", "changed_by", "offer_id", "withdrawn", "key"}


def terms(offer: dict) -> dict:
    return {name: value for name, value in offer.items() if name not in READ_ONLY}


async def best_offer(client) -> str | None:
    action = (await client.get("/v1/customers/shop:ana/next-best-action")).json()["action"]
    return action["offer"]["key"] if action else None


@pytest.fixture
async def loyal(database) -> None:
    await deliver(SERVICE, database, [registered(), segmented("ana", "loyal"), scored()])


async def test_a_new_offer_competes_for_everybody(client, database, loyal):
    created = await client.post("/v1/offers", json=NEW)
    assert (created.status_code, created.headers["etag"]) == (201, '"1"')
    (changed,) = await run_due(SERVICE, database)
    assert changed.data.offer.key == "spring-present"
    assert await best_offer(client) == "spring-present"


async def test_an_offer_is_changed_under_its_etag_and_keeps_its_versions(client, loyal):
    offer = (await client.get("/v1/offers/reward-free-delivery")).json()
    path, document = f"/v1/offers/{offer['offer_id']}", {**terms(offer), "value": "1.00"}
    assert (await client.put(path, json=document)).status_code == 428
    assert (await client.put(path, json=document, headers={"If-Match": '"7"'})).status_code == 412
    changed = await client.put(path, json=document, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert (await client.get(f"{path}/versions/1")).json()["value"] == "40"
    assert (await client.get(f"{path}/versions/3")).status_code == 404


async def test_a_withdrawn_offer_is_proposed_to_nobody_and_explains_the_past(client, database, loyal):
    past = (await client.get("/v1/customers/shop:ana/next-best-action")).json()
    withdrawn = await client.delete("/v1/offers/reward-free-delivery", headers={"If-Match": '"1"'})
    assert withdrawn.json()["withdrawn"]
    await run_due(SERVICE, database)
    assert await best_offer(client) is None
    explained = (await client.get(f"/v1/decisions/{past['decision_id']}")).json()
    assert explained["action"]["content"]["title"]
    assert not explained["standing"]
    refused = await client.post(f"/v1/decisions/{past['decision_id']}/responses", json={"response": "presented"})
    assert refused.json()["type"] == "urn:lealtad:problem:offer-withdrawn"


async def test_a_key_is_given_once(client):
    assert (await client.post("/v1/offers", json=NEW)).status_code == 201
    assert (await client.post("/v1/offers", json=NEW)).status_code == 409


async def test_offers_are_listed_by_kind_in_pages(client):
    first = (await client.get("/v1/offers", params={"limit": 2, "kind": "retention"})).json()
    rest = (await client.get("/v1/offers", params={"kind": "retention", "cursor": first["next_cursor"]})).json()
    keys = [offer["key"] for offer in first["items"] + rest["items"]]
    assert len(keys) == 5
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"value": "-1"}, "/value"),
        ({"channels": []}, "/channels"),
        ({"channels": ["email", "email"]}, ""),
        ({"valid_from": "2011-03-01T00:00:00"}, "/valid_from"),
        ({"audience": {"segments": ["loyal"]}}, "/audience/segments"),
        ({"kind": "gift"}, "/kind"),
        ({"contents": {}}, "/contents"),
    ],
)
async def test_what_is_no_offer_is_refused_precisely(client, wrong, pointer):
    refused = await client.post("/v1/offers", json={**NEW, **wrong})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer


async def test_one_switch_stops_all_promotions_at_once(client, database, loyal):
    policy = await client.get("/v1/contact-policy")
    document = {**terms(policy.json()), "promotions_stopped": True}
    decision = (await client.get("/v1/customers/shop:ana/next-best-action")).json()
    changed = await client.put("/v1/contact-policy", json=document, headers={"If-Match": policy.headers["etag"]})
    assert changed.status_code == 200, changed.text
    refused = await client.post(f"/v1/decisions/{decision['decision_id']}/responses", json={"response": "presented"})
    assert refused.json()["rule"] == "promotions-stopped"
    (stopped,) = await run_due(SERVICE, database)
    assert stopped.data.reason == "promotions-stopped"
    assert await best_offer(client) is None
    assert await run_due(SERVICE, database) == []


async def test_the_policy_is_changed_under_its_etag_and_keeps_its_versions(client, database):
    policy = (await client.get("/v1/contact-policy")).json()
    document = {**terms(policy), "caps": [{"contacts": 1, "days": 30}]}
    assert (await client.put("/v1/contact-policy", json=document)).status_code == 428
    assert (await client.put("/v1/contact-policy", json=document, headers={"If-Match": '"9"'})).status_code == 412
    changed = await client.put("/v1/contact-policy", json=document, headers={"If-Match": '"1"'})
    assert changed.json()["version"] == 2
    assert len((await client.get("/v1/contact-policy/versions/1")).json()["caps"]) == 2


async def test_a_policy_is_sent_whole(client):
    headers = {"If-Match": '"1"'}
    refused = await client.put("/v1/contact-policy", json={"promotions_stopped": True}, headers=headers)
    assert refused.status_code == 422
    assert {"pointer": "/caps", "message": "is missing", "hint": "add it"} in refused.json()["errors"]


async def test_changes_of_rules_are_announced(client, database):
    await client.post("/v1/offers", json=NEW)
    policy = await client.get("/v1/contact-policy")
    headers = {"If-Match": policy.headers["etag"]}
    await client.put("/v1/contact-policy", json=terms(policy.json()), headers=headers)
    offer, changed = [event.data for event in await emitted(database)]
    assert isinstance(offer, OfferDefinitionChanged)
    assert isinstance(changed, ContactPolicyChanged)
    assert (offer.offer.key, offer.withdrawn, changed.version) == ("spring-present", False, 2)


async def test_a_decision_is_asked_for_by_channel_and_leaves_the_standing_one(client, loyal):
    current_action = (await client.get("/v1/customers/shop:ana/next-best-action")).json()
    requested = await client.post("/v1/decisions", json={"customer": "shop:ana", "channel": "front-office"})
    assert requested.status_code == 201
    assert requested.json()["action"]["channel"] == "front-office"
    assert not requested.json()["standing"]
    after = (await client.get("/v1/customers/shop:ana/next-best-action")).json()
    assert after["decision_id"] == current_action["decision_id"]
    explained = await client.get(f"/v1/decisions/{requested.json()['decision_id']}")
    assert explained.json() == requested.json()


async def test_asking_about_nobody_says_what_to_do(client):
    unknown = await client.post("/v1/decisions", json={"customer": "shop:nobody"})
    assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:lealtad:problem:customer-not-found")
