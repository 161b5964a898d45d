"""Rows of a database, to compare before and after."""

import asyncpg

from lealtad.db.columns import DERIVED
from lealtad.db.engine import plain_dsn

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY tablename"


async def rows_of(database_url: str, schema: str = DERIVED) -> dict[str, list[str]]:
    """Return the rows of every table in `schema` as sorted text, from one snapshot."""
    connection = await asyncpg.connect(plain_dsn(database_url), timeout=10)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            names = [row["tablename"] for row in await connection.fetch(TABLES, schema)]
            return {name: await _rows(connection, f'"{schema}"."{name}"') for name in names}
    finally:
        await connection.close()


async def _rows(connection: asyncpg.Connection, table: str) -> list[str]:
    return [row[0] for row in await connection.fetch(f"SELECT to_jsonb(t)::text FROM {table} AS t ORDER BY 1")]
