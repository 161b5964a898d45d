"""The OpenAPI document: every route explains itself, and every example works as it stands."""

import pytest

from customer_profile.batches import examples
from customer_profile.facts.kinds import contract, payment, purchase, purchase_return, touchpoint

ROUTES = {
    "customers",
    "customer-batches",
    "purchases",
    "returns",
    "payments",
    "touchpoints",
    "contracts",
    "batches",
    "intake-policy",
}


@pytest.fixture
async def operations(client):
    document = (await client.get("/openapi.json")).json()
    return [
        (f"{method.upper()} {path}", operation, document["components"]["schemas"])
        for path, item in document["paths"].items()
        if path.split("/")[2:3] and path.split("/")[2] in ROUTES
        for method, operation in item.items()
    ]


async def test_every_route_has_a_summary_and_a_description(operations):
    assert len(operations) >= 27
    assert [name for name, operation, _ in operations if not (operation["summary"] and operation["description"])] == []


async def test_every_body_has_an_example(operations):
    def has_example(operation, schemas) -> bool:
        (content,) = operation["requestBody"]["content"].values()
        schema = content["schema"]
        model = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        shown = model.get("examples") or any("examples" in field for field in model.get("properties", {}).values())
        return bool(shown or content.get("examples") or content.get("example"))

    with_body = [(name, operation, schemas) for name, operation, schemas in operations if "requestBody" in operation]
    assert [name for name, operation, schemas in with_body if not has_example(operation, schemas)] == []


async def test_the_examples_of_facts_tell_one_story_that_is_accepted(shop):
    story = [
        ("purchases", purchase.EXAMPLE),
        ("returns", purchase_return.EXAMPLE),
        ("payments", payment.EXAMPLE),
        ("payments", payment.FAILED_EXAMPLE),
        ("touchpoints", touchpoint.EXAMPLE),
        ("contracts", contract.START_EXAMPLE),
        ("contracts/billing:K-2011-1/change", contract.CHANGE_EXAMPLE),
        ("contracts/billing:K-2011-1/cancel", contract.CANCEL_EXAMPLE),
        ("contracts/billing:K-2011-1/revoke-cancellation", contract.REVOKE_EXAMPLE),
    ]
    assert [(await shop.post(path, fact)).status_code for path, fact in story] == [201] * len(story)
    again = await shop.post("batches", examples.LIVE_EXAMPLE)
    assert [item["status"] for item in again.json()["items"]] == [200] * 3


async def test_the_examples_of_customers_work_as_they_stand(shop, client, operations):
    schemas = operations[0][2]
    (profile,) = schemas["NewCustomer"]["examples"]
    (batch,) = schemas["NewCustomerBatch"]["examples"]
    (consent,) = schemas["NewConsent"]["examples"]
    (policy,) = schemas["IntakePolicy"]["examples"]
    assert (await shop.post("customers", profile)).status_code == 201
    together = await shop.post("customer-batches", batch)
    assert [item["status"] for item in together.json()["items"]] == [200, 201]
    assert (await shop.post("customers/web-shop:17850/consents", consent)).status_code == 201
    assert (await client.put("/v1/intake-policy", json=policy, headers={"If-Match": '"1"'})).status_code == 200
