"""The migrations make the tables that the code describes."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from churn_scoring.metadata import METADATA
from lealtad.unit_of_work import Database

OPTIONS = {
    "include_schemas": True,
    "include_name": lambda name, kind, _parents: kind != "schema" or name in ("derived", "owned"),
    "version_table_schema": "platform",
}


async def test_nothing_is_missing_and_nothing_is_left_over(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection, opts=OPTIONS), METADATA))

    # Without our search path, so that alembic finds every schema under its own name.
    engine = create_async_engine(database.engine.url)
    try:
        async with engine.connect() as connection:
            assert await connection.run_sync(differences) == []
    finally:
        await engine.dispose()
