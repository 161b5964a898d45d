"""Who customers are: registered, changed, listed; what is shared of them and what never leaves."""

from typing import Any

import pytest

from lealtad.events.catalog.customer_profile import CustomerRegistered, CustomerUpdated
from lealtad.events.codec import encode_data
from lealtad.testing.driving import emitted

ANA: dict[str, Any] = {
    "external_ids": [{"source": "web-shop", "external_id": "17850"}],
    "given_name": "Ana María",
    "family_name": "Ñúñez",
    "emails": ["Ana@Example.com"],
    "country": "CO",
    "phones": ["300 123 4567"],
    "documents": [{"country": "CO", "kind": "national-id", "number": "52.345.678"}],
    "birth_date": "1984-05-06",
    "region": "Antioquia",
    "stratum": 3,
    "language": "es",
    "time_zone": "America/Bogota",
    "preferences": {"channels": ["whatsapp", "email"], "hours": {"start": "09:00", "end": "18:30"}},
}
PERSONAL = ("Ana", "Ñúñez", "example.com", "3001234567", "52.345.678", "1984-05-06")


async def test_a_registered_customer_is_read_back_in_normal_form(shop):
    registered = await shop.registers(**ANA)
    assert registered["emails"] == ["Ana@example.com"]
    assert registered["phones"] == ["+573001234567"]
    read = await shop.view(registered["id"], include="")
    assert {name: read[name] for name in ANA} == {name: registered[name] for name in ANA}
    assert (read["provisional"], read["version"]) == (False, 1)


async def test_nothing_personal_leaves_with_the_events(shop, database, client):
    registered = await shop.registers(**ANA)
    await client.patch(
        f"/v1/customers/{registered['id']}", json={"family_name": "Pérez", "stratum": 4}, headers={"If-Match": '"1"'}
    )
    events = await emitted(database)
    assert [type(event.data) for event in events] == [CustomerRegistered, CustomerUpdated]
    for event in events:
        wire = encode_data(event.data).decode()
        assert not [personal for personal in (*PERSONAL, "Pérez") if personal in wire]
    assert (events[0].data.birth_year, events[1].data.stratum) == (1984, 4)
    assert events[1].data.changed == ["stratum"]


async def test_nothing_personal_is_logged(shop, capsys, client):
    await shop.registers(**ANA)
    await client.post("/v1/customers", json={**ANA, "emails": ["not an address"], "phones": ["12"]})
    written = capsys.readouterr()
    assert not [personal for personal in PERSONAL if personal in written.out + written.err]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"emails": ["ana@"]}, "/emails/0"),
        ({"phones": ["12"]}, "/phones/0"),
        ({"country": None, "phones": ["300 123 4567"]}, "/phones"),
        ({"birth_date": "0001-01-01"}, "/birth_date"),
        ({"stratum": 7}, "/stratum"),
        ({"country": "Colombia"}, "/country"),
        ({"language": "spanish"}, "/language"),
        ({"time_zone": "Mars/Olympus"}, "/time_zone"),
        ({"given_name": "A\x00"}, "/given_name"),
        ({"given_name": "   "}, "/given_name"),
        ({"preferences": {"hours": {"start": "25:00", "end": "26:00"}}}, "/preferences/hours/start"),
        ({"preferences": {"hours": {"start": "0\u0669:00", "end": "20:00"}}}, "/preferences/hours/start"),
        ({"nickname": "Anita"}, "/nickname"),
        ({"external_ids": [{"source": "crm", "external_id": "+573001234567"}]}, "/external_ids/0/external_id"),
        ({"external_ids": [{"source": "crm", "external_id": "52345678"}]}, "/external_ids/0/external_id"),
        ({"external_ids": [{"source": "crm", "external_id": "a/b"}]}, "/external_ids/0/external_id"),
    ],
)
async def test_what_is_no_customer_is_refused_and_pointed_at(shop, change, pointer):
    answer = await shop.post("customers", {**ANA, **change})
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


async def test_registering_completes_the_provisional_customer_of_a_fact(shop, database):
    bought = await shop.buys()
    answer = await shop.post("customers", ANA)
    assert (answer.status_code, answer.json()["id"]) == (200, bought.json()["customer_id"])
    updated = [event.data for event in await emitted(database) if isinstance(event.data, CustomerUpdated)]
    assert [state.provisional for state in updated] == [False]


async def test_an_external_id_belongs_to_one_customer(shop):
    ana = await shop.registers(**ANA)
    answer = await shop.post("customers", {"external_ids": ANA["external_ids"], "given_name": "Eva"})
    assert answer.status_code == 409
    assert answer.json()["owners"] == {"web-shop": ana["id"]}
    eva = await shop.registers(given_name="Eva")
    patch = {"external_ids": ANA["external_ids"]}
    taken = await shop.client.patch(f"/v1/customers/{eva['id']}", json=patch, headers={"If-Match": '"1"'})
    assert (taken.status_code, taken.json()["owners"]) == (409, {"web-shop": ana["id"]})


async def test_a_patch_replaces_removes_and_keeps(shop, client):
    registered = await shop.registers(**ANA)
    patch = {"region": None, "emails": ["a@example.org", "b@example.org"], "preferences": {"channels": ["sms"]}}
    answer = await client.patch("/v1/customers/web-shop:17850", json=patch, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    read = await shop.view(registered["id"], include="")
    assert (read["region"], read["emails"]) == (None, ["a@example.org", "b@example.org"])
    assert read["preferences"] == {"channels": ["sms"], "hours": ANA["preferences"]["hours"]}
    assert read["family_name"] == ANA["family_name"]


async def test_an_external_id_may_be_added_and_taken_away(shop, client):
    await shop.registers(**ANA)
    crm = {"source": "crm", "external_id": "C-1"}
    await client.patch("/v1/customers/web-shop:17850", json={"external_ids": [crm]}, headers={"If-Match": '"1"'})
    assert (await shop.view("crm:C-1", include=""))["external_ids"] == [crm]
    assert (await client.get("/v1/customers/web-shop:17850")).status_code == 404


async def test_a_change_needs_the_version_it_is_based_on(shop, client):
    await shop.registers(**ANA)
    url = "/v1/customers/web-shop:17850"
    assert (await client.patch(url, json={"stratum": 2})).status_code == 428
    assert (await client.patch(url, json={"stratum": 2}, headers={"If-Match": '"9"'})).status_code == 412
    assert (await client.patch(url, json={"stratum": 9}, headers={"If-Match": '"1"'})).status_code == 422


@pytest.mark.parametrize(
    ("patch", "pointer", "hint"),
    [
        ({"famly_name": None}, "/famly_name", "did you mean family_name?"),
        ({"version": None}, "/version", "leave it out; can be set: "),
        ({"consents": None}, "/consents", "did you mean "),
        ({"preferences": {"hour": None}}, "/preferences/hour", "did you mean hours?"),
        ({"preferences": {"hours": {"opens": None}}}, "/preferences/hours/opens", "did you mean end?"),
        ({"nickname": "Anita"}, "/nickname", "did you mean given_name?"),
    ],
)
async def test_a_change_of_an_unknown_or_read_only_member_is_refused(shop, client, patch, pointer, hint):
    await shop.registers(**ANA)
    answer = await client.patch("/v1/customers/web-shop:17850", json=patch, headers={"If-Match": '"1"'})

    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["pointer"], error["hint"][: len(hint)]) == (pointer, hint)
    assert (await shop.view("web-shop:17850", include=""))["version"] == 1


async def test_a_new_name_is_kept_but_not_announced(shop, client, database):
    await shop.registers(**ANA)
    answer = await client.patch(
        "/v1/customers/web-shop:17850", json={"given_name": "Anita"}, headers={"If-Match": '"1"'}
    )
    assert (answer.json()["given_name"], answer.json()["event_id"], answer.json()["version"]) == ("Anita", None, 2)
    assert len(await emitted(database)) == 1


async def test_customers_are_listed_in_pages_and_by_filter(shop, client):
    for number in range(5):
        await shop.registers(organisation=f"Company {number}", country="CO" if number % 2 else "ES")
    await shop.buys()

    async def listed(**filters):
        items, parameters = [], {**filters, "limit": 2}
        while "cursor" not in parameters or parameters["cursor"]:
            page = (await client.get("/v1/customers", params=parameters)).json()
            items += page["items"]
            parameters["cursor"] = page["next_cursor"]
        return items

    assert len(await listed()) == 6
    assert [item["organisation"] for item in await listed(country="CO")] == ["Company 3", "Company 1"]
    assert [item["external_ids"][0]["external_id"] for item in await listed(provisional=True)] == ["17850"]
    assert (await client.get("/v1/customers", params={"cursor": "nonsense"})).status_code == 422
