"""What a manager tunes about facts that come in."""

import pytest


async def test_a_changed_policy_holds_for_the_next_fact_and_keeps_its_history(shop, change_policy, client):
    await change_policy(oldest_age_days=1)
    assert (await shop.buys(occurred_at="2011-02-20T00:00:00Z")).status_code == 422
    await change_policy(oldest_age_days=30)
    assert (await shop.buys(occurred_at="2011-02-20T00:00:00Z")).status_code == 201
    policy = (await client.get("/v1/intake-policy")).json()
    assert (policy["version"], policy["changed_by"]) == (3, "tester")


async def test_a_policy_is_replaced_only_by_who_has_read_it(client):
    policy = (await client.get("/v1/intake-policy")).json()
    body = {name: value for name, value in policy.items() if name not in ("version", "changed_at", "changed_by")}
    assert (await client.put("/v1/intake-policy", json=body)).status_code == 428
    assert (await client.put("/v1/intake-policy", json=body, headers={"If-Match": '"7"'})).status_code == 412


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ({"document_formats": ["zz.nothing"]}, "/document_formats/0"),
        # What the package of a country has besides formats.
        ({"document_formats": ["es.__doc__"]}, "/document_formats/0"),
        ({"document_formats": ["es.dni", "in.__path__"]}, "/document_formats/1"),
        ({"phone_regions": ["ES", "AA"]}, "/phone_regions/1"),
        ({"phone_regions": ["ES", "AQ"]}, "/phone_regions"),
        ({"phone_regions": ["Colombia"]}, "/phone_regions/0"),
        ({"oldest_age_days": 0}, "/oldest_age_days"),
        ({"unknown_customers": "maybe"}, "/unknown_customers"),
    ],
)
async def test_a_policy_that_makes_no_sense_is_refused_and_pointed_at(client, value, pointer):
    policy = (await client.get("/v1/intake-policy")).json()
    body = {name: known for name, known in policy.items() if name not in ("version", "changed_at", "changed_by")}
    answer = await client.put("/v1/intake-policy", json={**body, **value}, headers={"If-Match": '"1"'})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
