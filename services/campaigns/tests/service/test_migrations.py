"""The migrations make the tables that the code knows, and ship data that it understands."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from campaigns.offers import repository as offers
from campaigns.policy import repository as policies
from campaigns.tables import METADATA


def ours(name: str | None, kind: str, _: object) -> bool:
    return kind != "schema" or name in {"derived", "owned"}


def differences(connection) -> list:
    options = {"include_schemas": True, "include_name": ours}
    return compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)


async def test_migrated_tables_are_those_of_the_models(database):
    # An engine without our search path, so that no schema is the default one.
    engine = create_async_engine(database.engine.url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_shipped_offers_speak_both_languages_and_reach_somebody(database):
    async with database.read() as uow:
        shipped = await offers.in_force(uow.connection)
        policy = (await policies.in_force(uow.connection)).policy
    assert {offer.terms.kind for offer in shipped} == set(policy.priors)
    for offer in shipped:
        assert set(offer.terms.contents) == {"es", "en"}, offer.key
        assert all(offer.terms.value > offer.terms.cost + policy.channel(c).cost for c in offer.terms.channels), (
            offer.key
        )
