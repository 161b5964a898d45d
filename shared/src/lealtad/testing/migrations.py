"""Holding what the migrations made against what the code describes."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from lealtad.app import Service
from lealtad.db.engine import asyncpg_url
from lealtad.unit_of_work import Database

OPTIONS = {
    "include_schemas": True,
    "include_name": lambda name, kind, _parents: kind != "schema" or name in ("derived", "owned"),
    "version_table_schema": "platform",
}


async def differences(service: Service, database: Database) -> list[Any]:
    """Return what alembic would have to change in `database` to make it what the service's tables say."""

    def compared(connection: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection, opts=OPTIONS), service.metadata))

    # Without our search path, so that alembic finds every schema under its own name.
    engine = create_async_engine(asyncpg_url(database.engine.url))
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(compared)
    finally:
        await engine.dispose()
