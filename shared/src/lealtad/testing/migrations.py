"""Compare the tables that migrations make with the tables that the code describes."""

import re
from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine

from lealtad.app import Service
from lealtad.db.engine import asyncpg_url
from lealtad.db.migrations import PLATFORM_VERSION, SCHEMAS, SERVICE_VERSION
from lealtad.db.platform_tables import PLATFORM
from lealtad.kafka.recovery.rebuild.structure import DESCRIPTION
from lealtad.unit_of_work import Database

NOT_DESCRIBED = re.compile(rf"\b({PLATFORM_VERSION}|{SERVICE_VERSION})\b| trigger ")
"""Lines without a counterpart in the code: the versions of the histories, and triggers."""

POSITION = re.compile(r"^(\w+ column )\d+ ")
"""The position of a column: a migration appends what the code lists beside its like."""


async def differences(service: Service, database: Database) -> list[str]:
    """Return the lines that the migrated tables (-) and the described tables (+) do not share.

    The lines say all that PostgreSQL's catalogue knows: columns with types, defaults and comments, constraints,
    indexes, storage parameters.
    """
    engine = create_async_engine(asyncpg_url(database.engine.url))
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(
                lambda bound: list(_compared(bound, (PLATFORM, service.require_database().metadata)))
            )
    finally:
        await engine.dispose()


def _compared(connection: Connection, described: tuple[MetaData, ...]) -> Iterator[str]:
    """Make the described tables in schemas of their own, which end with the connection's transaction."""
    beside = {schema: f"described_{schema}" for schema in SCHEMAS}
    for schema in beside.values():
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    for metadata in described:
        metadata.create_all(connection.execution_options(schema_translate_map=beside))
    for schema, made_from_code in beside.items():
        migrated, code = _lines(connection, schema), _lines(connection, made_from_code)
        yield from (f"- {schema}: {line}" for line in (migrated - code).elements())
        yield from (f"+ {schema}: {line}" for line in (code - migrated).elements())


def _lines(connection: Connection, schema: str) -> Counter[str]:
    lines = connection.scalars(DESCRIPTION, {"schema": schema})
    return Counter(POSITION.sub(r"\1", line) for line in lines if not NOT_DESCRIBED.search(line))
