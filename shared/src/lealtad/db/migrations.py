"""Run migrations: the platform's own history first, then the service's."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from asyncpg.exceptions import LockNotAvailableError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from lealtad.db.engine import plain_dsn
from lealtad.db.exclusion import MIGRATE_ALONE, TRY_MIGRATE

SCHEMAS = ("platform", "derived", "owned")
LOCK_TIMEOUT = "5s"
OTHER_MIGRATION_TIMEOUT = "300s"
"""Longest wait for another migration of the same database, which may be at a large table."""
STATEMENT_TIMEOUT = "60s"

PLATFORM_MIGRATIONS = Path(__file__).with_name("platform_migrations")
"""The folder of the platform's history; the wheel ships it."""

PLATFORM_VERSION = "platform_version"
SERVICE_VERSION = "alembic_version"
"""Tables in the schema `platform`: the newest revision of each history that the database has."""

MADE_BY_THE_FORMER_HISTORY = text(f"""
    SELECT to_regclass('platform.{SERVICE_VERSION}') IS NOT NULL
        AND to_regclass('platform.{PLATFORM_VERSION}') IS NULL
""")


class MigrationRefusedError(RuntimeError):
    """A database that cannot be migrated as it is; the message says what to do."""


class MigrationRunsError(MigrationRefusedError):
    """Another migration of the same database that does not end."""


class RebuildRunsError(MigrationRefusedError):
    """A migration that would change tables while a rebuild copies them."""


class FormerHistoryError(MigrationRefusedError):
    """A database made by the migrations of before the first release, from which no upgrade leads on."""


def migrate(database_url: str, folder: Path, platform: Path = PLATFORM_MIGRATIONS) -> None:
    """Bring the database to the newest revision of the platform, then to that of the service in `folder`.

    Raise MigrationRefusedError where a rebuild runs, and for a database of the former history.
    """
    asyncio.run(_migrate(database_url, {PLATFORM_VERSION: platform, SERVICE_VERSION: folder}))


def run() -> None:
    """Run one history on the connection of `migrate`; called by every `env.py`.

    Revisions hold frozen SQL, so no history needs the tables of today's code.
    """
    from alembic import context  # noqa: PLC0415 - alembic's context exists only while it runs env.py

    context.configure(**context.config.attributes["context"])
    with context.begin_transaction():
        context.run_migrations()


def run_script(operations: Any, script: str) -> None:
    """Run several statements, in the transaction of the revision."""
    connection = operations.get_bind()
    # The driver opens the transaction with the first statement that SQLAlchemy sends.
    connection.execute(text("SELECT 1"))
    connection.connection.dbapi_connection.run_async(lambda asyncpg_connection: asyncpg_connection.execute(script))


async def _migrate(database_url: str, histories: dict[str, Path]) -> None:
    # asyncpg reads the whole address itself, with what it says about TLS; SQLAlchemy would pass that on as arguments.
    dsn = plain_dsn(database_url)
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(dsn))
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_prepare)
            for version_table, folder in histories.items():
                await connection.run_sync(_upgrade, version_table, folder)
    finally:
        await engine.dispose()


def _prepare(connection: Connection) -> None:
    """Wait for other migrations, lock out rebuilds, limit waits, and create the schemas.

    Limited waits keep a migration from stopping a live service.
    """
    _wait_for_other_migrations(connection)
    if not connection.scalar(text(TRY_MIGRATE)):
        raise RebuildRunsError("the derived tables are being rebuilt: wait for that or end it, and migrate again")
    if connection.scalar(MADE_BY_THE_FORMER_HISTORY):
        raise FormerHistoryError(
            "this database was made by migrations of before the first release, and cannot be upgraded: "
            "delete it and the topics, and begin anew (local stack: `lealtad down --wipe`; "
            "containers: `docker compose down --volumes`)"
        )
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))
    for schema in SCHEMAS:
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
    connection.commit()


def _wait_for_other_migrations(connection: Connection) -> None:
    connection.execute(text(f"SET lock_timeout = '{OTHER_MIGRATION_TIMEOUT}'"))
    try:
        connection.execute(text(MIGRATE_ALONE))
    except DBAPIError as error:
        if not isinstance(error.orig and error.orig.__cause__, LockNotAvailableError):
            raise
        raise MigrationRunsError(
            f"another migration of this database has run for {OTHER_MIGRATION_TIMEOUT}: wait for it, and migrate again"
        ) from None


def _upgrade(connection: Connection, version_table: str, folder: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.attributes["context"] = {
        "connection": connection,
        "version_table": version_table,
        "version_table_schema": "platform",
    }
    command.upgrade(config, "head")
    connection.commit()
