"""The history of decisions about a customer."""

from dataclasses import replace

import pytest

from campaigns.service import SERVICE
from lealtad.testing.driving import deliver

from .builders import registered, scored, segmented


async def decisions(client, **params) -> dict:
    answer = await client.get("/v1/customers/shop:ana/decisions", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_decisions_are_listed_newest_first_each_with_what_it_was_decided_on(database, client):
    await deliver(SERVICE, database, [registered(), registered("eva")])
    await deliver(SERVICE, database, [scored(), segmented("ana", "loyal")])
    listed = (await decisions(client))["items"]
    assert [decision["standing"] for decision in listed] == [True, False]
    assert [decision["inputs"]["score"] is None for decision in listed] == [False, True]
    assert {decision["customer_id"] for decision in listed} == {listed[0]["customer_id"]}


async def test_a_cursor_goes_on_where_the_page_ended(database, client):
    await deliver(SERVICE, database, [registered()])
    await deliver(SERVICE, database, [scored()])
    first = await decisions(client, limit=1)
    second = await decisions(client, limit=1, cursor=first["next_cursor"])
    assert (await decisions(client, limit=1, cursor=second["next_cursor"]))["items"] == []
    assert first["items"] + second["items"] == (await decisions(client))["items"]


async def test_an_unknown_customer_is_not_found(client):
    assert (await client.get("/v1/customers/shop:nobody/decisions")).status_code == 404


@pytest.mark.parametrize(("currency", "shown"), [("JPY", "244"), ("EUR", "244.00"), ("KWD", "244.000")])
async def test_amounts_of_a_decision_have_the_decimals_of_the_currency(database, client, currency, shown):
    database.resources = replace(database.resources, reporting_currency=currency)
    await deliver(SERVICE, database, [registered(), scored(at_risk="244")])
    [decision] = (await decisions(client))["items"]
    assert decision["inputs"]["score"]["value_at_risk"] == shown
