"""What a customer's own addresses answer is personal: no Idempotency-Key keeps it, and a repeat reads it anew."""

from sqlalchemy import text

PROFILE = {
    "external_ids": [{"source": "web-shop", "external_id": "17850"}],
    "given_name": "Lucía",
    "family_name": "Ibáñez",
    "emails": ["lucia@example.com"],
    "documents": [{"country": "CO", "kind": "national-id", "number": "AB-1234567"}],
}
SECRETS = ("Lucía", "Ibáñez", "lucia@example.com", "AB-1234567")
KEY = {"Idempotency-Key": "k1"}


async def kept(database):
    async with database.read() as uow:
        rows = await uow.connection.execute(text("SELECT status, headers, body FROM idempotency_key"))
    return [(row.status, str(dict(row.headers)) + row.body.decode()) for row in rows]


async def test_a_registration_is_kept_without_the_customer_and_shown_as_the_customer_is_now(shop, database):
    first = await shop.post("customers", PROFILE, **KEY)
    customer = first.json()["id"]
    await shop.client.patch(f"/v1/customers/{customer}", json={"given_name": "Lola"}, headers={"If-Match": '"1"'})

    again = await shop.post("customers", PROFILE, **KEY)

    ((status, stored),) = await kept(database)
    assert status == 201
    assert not [secret for secret in (*SECRETS, "web-shop") if secret in stored]
    assert f"/v1/customers/{customer}" in stored
    assert (again.status_code, again.json()["given_name"], again.json()["version"]) == (201, "Lola", 2)
    assert again.json()["event_id"] == first.json()["event_id"]
    assert (again.headers["idempotent-replayed"], again.headers["idempotent-body"]) == ("true", "current")
    assert (again.headers["location"], again.headers["etag"]) == (f"/v1/customers/{customer}", '"2"')


async def test_changes_are_kept_without_the_customer(shop, database):
    customer = (await shop.registers(**PROFILE))["id"]
    address, client = f"/v1/customers/{customer}", shop.client

    async def send_twice(method, path, **content):
        headers = {"Idempotency-Key": f"{method} {path}", **content.pop("headers", {})}
        return [await client.request(method, f"{address}{path}", headers=headers, **content) for _ in range(2)]

    sent = [
        *await send_twice("PATCH", "", json={"region": "Antioquia"}, headers={"If-Match": '"1"'}),
        *await send_twice("PUT", "/do-not-contact", json={"reason": "customer-request"}),
        *await send_twice("DELETE", "/do-not-contact"),
    ]

    assert [answer.status_code for answer in sent] == [200] * 6
    assert [answer.headers.get("idempotent-body") for answer in sent] == [None, "current"] * 3
    assert all(answer.json()["given_name"] == "Lucía" for answer in sent)
    stored = await kept(database)
    assert len(stored) == 3
    assert not [secret for secret in SECRETS for _, text in stored if secret in text]


async def test_what_a_refusal_points_at_is_kept_nowhere(shop, database):
    customer = (await shop.registers(**PROFILE))["id"]
    headers = {**KEY, "If-Match": '"1"'}

    for _ in range(2):
        named = {"lucia@example.com": 1, "preferences": {"Lucía": True}}
        refused = await shop.client.patch(f"/v1/customers/{customer}", json=named, headers=headers)
        assert refused.status_code == 422

    assert await kept(database) == []


async def test_no_cache_keeps_an_answer(shop):
    registered = await shop.post("customers", PROFILE)
    read = await shop.client.get("/v1/customers/web-shop:17850")

    assert registered.headers["cache-control"] == read.headers["cache-control"] == "no-store"
