"""Instants and keys at their edges: none breaks a reader, none carries personal data."""

from datetime import UTC, datetime

import pytest

from campaigns.service import SERVICE
from lealtad.testing.driving import deliver, emitted, run_due
from lealtad.testing.edges import KEPT_INSTANTS, REFUSED_INSTANTS

from .builders import contracted, registered, scored, segmented

SLUGS = ["600-123-456", "54362315k"]
OFFER = {
    "kind": "reward",
    "value": "500.00",
    "channels": ["email"],
    "contents": {"en": {"title": "A present", "message": "For you."}},
}


@pytest.fixture
async def decision(database, client) -> dict:
    await deliver(SERVICE, database, [registered(), segmented("ana", "loyal", "active-90d"), scored()])
    return (await client.get("/v1/customers/shop:ana/next-best-action")).json()


async def test_a_response_at_an_instant_that_cannot_be_is_refused_and_everything_can_be_read(client, decision):
    address = f"/v1/decisions/{decision['decision_id']}"
    for instant in (*REFUSED_INSTANTS, *KEPT_INSTANTS):
        answer = await client.post(f"{address}/responses", json={"response": "presented", "occurred_at": instant})
        assert answer.status_code < 500, answer.text
        if instant in REFUSED_INSTANTS:
            assert [error["pointer"] for error in answer.json()["errors"]] == ["/occurred_at"]
    for path in (address, "/v1/customers/shop:ana/contacts", "/v1/customers/shop:ana/next-best-action"):
        assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize("name", ["valid_from", "valid_until"])
async def test_an_offer_is_valid_between_instants_that_are_kept(client, database, decision, name):
    for place, instant in enumerate((*REFUSED_INSTANTS, *KEPT_INSTANTS)):
        answer = await client.post("/v1/offers", json={"key": f"offer-{place}", **OFFER, name: instant})
        assert answer.status_code == (201 if instant in KEPT_INSTANTS else 422), answer.text
        if instant in REFUSED_INSTANTS:
            assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{name}"]
    assert (await client.get("/v1/offers")).status_code == 200
    await run_due(SERVICE, database)
    assert (await client.get("/v1/customers/shop:ana/next-best-action")).status_code == 200


@pytest.mark.parametrize("slug", SLUGS)
async def test_personal_data_in_a_slug_are_refused(client, database, decision, slug):
    before = len(await emitted(database))
    address = f"/v1/decisions/{decision['decision_id']}/responses"
    answers = [
        (await client.post(address, json={"response": "rejected", "reason": slug}), "/reason"),
        (await client.post("/v1/offers", json={"key": slug, **OFFER}), "/key"),
    ]
    for answer, pointer in answers:
        assert answer.status_code == 422, answer.text
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert len(await emitted(database)) == before


async def test_a_contract_of_a_placeholder_end_is_one_without_end(client, database):
    ends = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    events = [registered(), segmented("ana", "loyal"), scored(), contracted(ends_at=ends)]
    await deliver(SERVICE, database, events)

    assert (await client.get("/v1/customers/shop:ana/next-best-action")).status_code == 200


async def test_a_customer_is_named_as_at_the_intake_of_the_key(client, decision):
    answer = await client.get("/v1/customers/shop:ana /next-best-action")
    assert answer.json()["customer_id"] == decision["customer_id"]
