"""The examples of the API documentation are valid requests."""

from campaigns.service import SERVICE
from lealtad.testing.driving import deliver

from .builders import registered, scored, segmented


async def test_every_body_has_an_example_that_is_accepted(client, database):
    await deliver(SERVICE, database, [registered("17850"), segmented("17850", "loyal"), scored("17850")])
    document = (await client.get("/openapi.json")).json()

    def examples(model: str) -> list[dict]:
        return document["components"]["schemas"][model]["examples"]

    (request,) = examples("NewDecision")
    assert (await client.post("/v1/decisions", json=request)).status_code == 201
    decision = (await client.get("/v1/customers/shop:17850/next-best-action")).json()
    for response in examples("NewResponse"):
        path = f"/v1/decisions/{decision['decision_id']}/responses"
        assert (await client.post(path, json=response)).status_code == 201
    (offer,) = examples("NewOffer")
    assert (await client.post("/v1/offers", json=offer)).status_code == 201
    first = {"If-Match": '"1"'}
    (terms,) = examples("OfferChanges")
    assert (await client.put(f"/v1/offers/{offer['key']}", json=terms, headers=first)).status_code == 200
    (policy,) = examples("NewContactPolicy")
    assert (await client.put("/v1/contact-policy", json=policy, headers=first)).status_code == 200


async def test_every_route_says_what_it_does(client):
    document = (await client.get("/openapi.json")).json()
    for path, methods in document["paths"].items():
        for method, route in methods.items():
            assert route["summary"], (method, path)
            assert route["description"], (method, path)
