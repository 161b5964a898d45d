"""Keys of cases hold no personal data, since they travel with events; each key has one normal form."""

from typing import Any

import pytest

from lealtad.testing.edges import KEPT_INSTANTS, REFUSED_INSTANTS

PERSONAL = ["ana@example.com", "ana @ example.com", "ana\uff20example.com", "+34600123456", "600-123-456", "54362315K"]


@pytest.mark.parametrize("key", [*PERSONAL, "t\u200b1", "t1\ufeff"])
async def test_personal_data_in_the_keys_of_a_case_are_refused_where_they_stand(desk, key):
    source = {"system": "web-shop", "fact_id": "t1"}
    requests: list[tuple[dict[str, Any], str]] = [
        ({"source": {**source, "fact_id": key}}, "/source/fact_id"),
        ({"about": {**source, "fact_id": key}}, "/about/fact_id"),
        ({"source": {**source, "customer_external_id": key}}, "/source/customer_external_id"),
        ({"customer": f"web-shop:{key}"}, "/customer"),
    ]
    for members, pointer in requests:
        answer = await desk.try_to_open(**members)
        assert answer.status_code == 422, answer.text
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
        assert key not in answer.text
    assert await desk.announced() == []


async def test_personal_data_in_a_slug_of_a_case_or_of_the_taxonomy_are_refused(desk):
    assert (await desk.try_to_open(product_line="600-123-456")).status_code == 422
    assert (await desk.try_to_open(cause="54362315k")).status_code == 422
    names = {"names": {"es": "Otra"}}
    answer = await desk.client.put("/v1/causes/54362315k", json=names)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "code")
    assert (await desk.client.put("/v1/causes/another", json=names)).status_code == 201


async def test_a_policy_names_no_tier_after_a_person(desk):
    policy = await desk.client.get("/v1/service-policy")
    body = {name: value for name, value in policy.json().items() if name not in ("version", "changed_at", "changed_by")}
    body["tier_factors"] = {**body["tier_factors"], "54362315k": "0.5"}
    answer = await desk.client.put("/v1/service-policy", json=body, headers={"If-Match": policy.headers["etag"]})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/tier_factors/54362315k")


async def test_the_same_fact_or_customer_written_in_another_way_is_the_same(desk):
    customer = await desk.know("web-shop:jos\u00e9")
    first = await desk.open_case(source={"system": "web-shop", "fact_id": "k\u00f1"}, customer="web-shop:jos\u00e9")
    again = await desk.try_to_open(
        source={"system": "web-shop", "fact_id": " kn\u0303"}, customer="web-shop:jose\u0301 "
    )

    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    assert first["customer_id"] == str(customer)
    listed = await desk.client.get("/v1/cases", params={"customer": "web-shop:jose\u0301 "})
    assert [case["id"] for case in listed.json()["items"]] == [first["id"]]


async def test_a_customer_who_is_known_by_a_key_of_before_can_still_complain(desk):
    customer = await desk.know("web-shop:ana@example.com")
    assert (await desk.open_case(customer="web-shop:ana@example.com"))["customer_id"] == str(customer)


async def test_a_foreign_event_with_a_key_that_would_be_refused_is_read_like_any_other(desk):
    good = desk.a_customer("web-shop:1")
    await desk.hear(desk.a_customer("web-shop:+34600123456"), desk.a_customer("web-shop:u\u200b1"), good)

    assert (await desk.open_case(customer="web-shop:1"))["customer_id"] == str(good.key)
    assert (await desk.open_case(customer="web-shop:u\u200b1"))["customer_id"]


async def test_no_instant_that_can_be_sent_breaks_the_lists(desk):
    await desk.open_case()
    for instant in (*REFUSED_INSTANTS, *KEPT_INSTANTS):
        answer = await desk.try_to_open(occurred_at=instant)
        assert answer.status_code == 422, answer.text
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/occurred_at"]
        listed = await desk.client.get("/v1/cases", params={"due_before": instant})
        assert listed.status_code == (200 if instant in KEPT_INSTANTS else 422)
    assert (await desk.client.get("/v1/cases")).status_code == 200
