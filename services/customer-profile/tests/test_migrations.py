"""The migrations make the tables that the code describes, and rows that it can read."""

import runpy

from sqlalchemy import text

from customer_profile.service import SERVICE
from lealtad.testing.migrations import differences
from lealtad.testing.plugin import DatabaseFactory

PLACEHOLDERS = ("-infinity", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "infinity")


async def test_nothing_is_missing_and_nothing_is_left_over(database_for: DatabaseFactory) -> None:
    assert await differences(SERVICE, await database_for(SERVICE)) == []


async def test_placeholder_ends_of_before_are_moved_into_the_range_and_can_be_read(shop, client, database):
    customer = (await shop.post("contracts", shop.contract("K1"))).json()["customer_id"]
    async with database.begin() as uow:
        for place, instant in enumerate(PLACEHOLDERS):
            await uow.connection.execute(
                text("""
                    INSERT INTO consent (id, customer_id, purpose, granted, given_at, expires_at, source, recorded_at)
                    VALUES (CAST(:id AS uuid), CAST(:customer AS uuid), 'marketing', true, '2011-02-01+00',
                            CAST(CAST(:instant AS text) AS timestamptz), 'shop', '2011-02-01+00')
                """),
                {"id": f"01890a5d-ac96-774b-bcce-b302099a805{place}", "customer": customer, "instant": instant},
            )
        await uow.connection.execute(text("UPDATE contract SET starts_at = '-infinity', ends_at = 'infinity'"))
        migration = _migration("0007_kept_instants")
        await uow.connection.execute(text(migration["CONSENTS"]))
        await uow.connection.execute(text(migration["CONTRACTS"]))

    consents = (await client.get(f"/v1/customers/{customer}/consents")).json()["items"]
    assert {consent["expires_at"][:4] for consent in consents} == {"1900", "2199"}
    contract = (await client.get("/v1/contracts/web-shop:K1")).json()
    assert (contract["starts_at"][:4], contract["ends_at"][:4], contract["active"]) == ("1900", "2200", True)


def _migration(name: str):
    return runpy.run_path(str(SERVICE.migrations / "versions" / f"{name}.py"))
