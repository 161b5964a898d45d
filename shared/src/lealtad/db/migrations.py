"""What the migrations of the five services share: their environment and the platform's tables."""

import asyncio
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine

from lealtad.db.engine import asyncpg_url
from lealtad.db.exclusion import TRY_MIGRATE
from lealtad.db.platform_tables import OUTBOX_LANE, PLATFORM, WAITS_FOR_BACKFILL

SCHEMAS = ("platform", "derived", "owned")
LOCK_TIMEOUT = "5s"
STATEMENT_TIMEOUT = "60s"

OUTBOX_HOLDS_EVENTS = """
    SELECT EXISTS (SELECT FROM information_schema.columns
                   WHERE table_schema = 'platform' AND table_name = 'outbox' AND column_name = 'value')
"""
KEEP_EMITTED_EVENTS = (
    "LOCK TABLE platform.outbox IN ACCESS EXCLUSIVE MODE",
    """
    INSERT INTO platform.emitted_event (seq, topic, key, headers, value, is_fact, stored_at) OVERRIDING SYSTEM VALUE
    SELECT seq, topic, key, headers, value, coalesce(headers->>'ce_causationdepth' = '0', false), stored_at
    FROM platform.outbox
    """,
    """
    SELECT setval(pg_get_serial_sequence('platform.emitted_event', 'seq'),
                  nextval(pg_get_serial_sequence('platform.outbox', 'seq')))
    """,
    "ALTER TABLE platform.outbox ADD COLUMN event bigint",
    "UPDATE platform.outbox SET event = seq",
    """
    ALTER TABLE platform.outbox ALTER COLUMN event SET NOT NULL,
        DROP COLUMN event_id, DROP COLUMN topic, DROP COLUMN key, DROP COLUMN headers, DROP COLUMN value
    """,
)


class RebuildRunsError(RuntimeError):
    """A migration would change tables that are being copied."""


def migrate(database_url: str, folder: Path, revision: str = "head") -> None:
    """Bring the database at `database_url` to `revision` with the migrations in `folder`."""
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.attributes["database_url"] = database_url
    command.upgrade(config, revision)


def run(target: MetaData) -> None:
    """Run alembic's migrations against the configured database; called by every `env.py`.

    Lock and statement time-outs keep a migration from stopping a live service.
    """
    from alembic import context  # noqa: PLC0415 - alembic's context exists only while it runs env.py

    def migrate_in(connection: Connection) -> None:
        if not connection.scalar(text(TRY_MIGRATE)):
            raise RebuildRunsError("the derived tables are being rebuilt: wait for that or end it, and migrate again")
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))
        for schema in SCHEMAS:
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=target,
            include_schemas=True,
            include_name=_named,
            version_table_schema="platform",
        )
        with context.begin_transaction():
            context.run_migrations()

    async def migrate_all() -> None:
        engine = create_async_engine(asyncpg_url(context.config.attributes["database_url"]))
        try:
            async with engine.connect() as connection:
                await connection.run_sync(migrate_in)
                await connection.commit()
        finally:
            await engine.dispose()

    asyncio.run(migrate_all())


def create_platform_tables(operations: Any) -> None:
    """Create the platform's tables in their first version; called first in every service's first migration."""
    PLATFORM.create_all(operations.get_bind())


def keep_emitted_events(operations: Any) -> None:
    """Keep what was emitted, and queue references to it in the outbox; what waits there goes on waiting.

    For databases made before; on a new one the tables are as they are described, and nothing is to be done.
    """
    connection = operations.get_bind()
    create_platform_tables(operations)
    if not connection.scalar(text(OUTBOX_HOLDS_EVENTS)):
        return
    for statement in KEEP_EMITTED_EVENTS:
        connection.execute(text(statement))


def add_lanes(operations: Any) -> None:
    """Give the outbox its lanes, and let reactions wait for the end of a backfill; changes nothing done twice."""
    operations.execute("""
        ALTER TABLE platform.outbox
            ADD COLUMN IF NOT EXISTS lane smallint NOT NULL DEFAULT 0,
            DROP CONSTRAINT pk_outbox,
            ADD CONSTRAINT pk_outbox PRIMARY KEY (lane, seq)
    """)
    operations.alter_column("outbox", "lane", comment=OUTBOX_LANE, schema="platform")
    operations.alter_column(
        "pending_reaction", "not_before", nullable=True, comment=WAITS_FOR_BACKFILL, schema="platform"
    )


def set_storage_parameters(operations: Any) -> None:
    """Give the platform's tables the storage parameters that they are described with, for databases made before."""
    for table in PLATFORM.sorted_tables:
        if parameters := table.dialect_options["postgresql"]["with"]:
            listed = ", ".join(f"{name} = {value}" for name, value in parameters.items())
            operations.execute(f"ALTER TABLE {table.fullname} SET ({listed})")


def _named(name: str | None, kind: str, _parents: Any) -> bool:
    return kind != "schema" or name in ("derived", "owned")
