"""Checks of the database: reachable, rights, migrations, clock, room for connections."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from lealtad.app.check import sizing
from lealtad.app.check.findings import Finding, fails, ok, unseen, warning
from lealtad.clock import system_now
from lealtad.db.engine import plain_dsn
from lealtad.db.migrations import PLATFORM_MIGRATIONS, PLATFORM_VERSION, SCHEMAS, SERVICE_VERSION
from lealtad.settings import ServiceSettings

REACHABLE = "database: reachable"
SERVER = "database: server"
CLOCK = "database: clock"
RIGHTS = "database: rights"
STATISTICS = "database: statistics"
MIGRATIONS = "database: migrations"
TIMEOUT_S = 5
PORT = 5432
OLDEST_SERVER = 17
"""The first release with `transaction_timeout`."""
CLOCKS_DIFFER_S = 5.0

MISSING_RIGHTS = """
    SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname = ANY($1::text[]) AND NOT (
        has_schema_privilege(schemaname, 'USAGE')
        AND has_table_privilege(format('%I.%I', schemaname, tablename)::regclass, 'SELECT')
        AND has_table_privilege(format('%I.%I', schemaname, tablename)::regclass, 'INSERT')
        AND has_table_privilege(format('%I.%I', schemaname, tablename)::regclass, 'UPDATE')
        AND has_table_privilege(format('%I.%I', schemaname, tablename)::regclass, 'DELETE'))
    ORDER BY 1
"""
# A migration changes tables, which only their owner may do.
MAY_MIGRATE = """
    SELECT has_database_privilege(current_database(), 'CREATE') AND NOT EXISTS (
        SELECT FROM pg_tables WHERE schemaname = ANY($1::text[]) AND NOT pg_has_role(tableowner, 'USAGE'))
"""
READS_STATISTICS = "SELECT pg_has_role('pg_read_all_stats', 'USAGE')"


async def check(settings: ServiceSettings, folder: Path, processes: frozenset[str]) -> AsyncIterator[Finding]:
    """Yield what is found; nothing further where the database cannot be reached."""
    place, role = "LEALTAD_DATABASE_URL", ""
    try:
        place, role = _place(settings.database_url.get_secret_value())
        dsn = plain_dsn(settings.database_url.get_secret_value())
        connection = await asyncpg.connect(dsn, timeout=TIMEOUT_S, command_timeout=TIMEOUT_S)
    except (OSError, TimeoutError, ValueError, ArgumentError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        yield fails(REACHABLE, f"{place}: {_reason(error)}", "Start the server, or correct LEALTAD_DATABASE_URL.")
        return
    try:
        yield ok(REACHABLE, f"{place}, as {role}")
        yield await _server(connection)
        yield await _clock(connection)
        rights = await _rights(connection, processes)
        yield rights
        if "worker" in processes:
            yield await _statistics(connection)
        if rights.advice:
            yield unseen(MIGRATIONS, "the role has no right to look")
        else:
            yield await _migrations(connection, folder, processes)
        yield await sizing.check(connection, settings)
    finally:
        connection.terminate()


def _place(url: str) -> tuple[str, str]:
    """Return where a database is, and the role, without the password; raise ArgumentError for what is no URL."""
    parsed = make_url(url)
    host = parsed.host or parsed.query.get("host", "localhost")
    port = parsed.port or parsed.query.get("port", PORT)
    return f"{host}:{port}/{parsed.database}", parsed.username or "the account of the process"


def _reason(error: Exception) -> str:
    """Return the reason in the server's words, which name no password."""
    if isinstance(error, TimeoutError):
        return f"no answer within {TIMEOUT_S} s"
    return str(error) if isinstance(error, OSError | asyncpg.PostgresError) else type(error).__name__


async def _server(connection: asyncpg.Connection) -> Finding:
    version, encoding = connection.get_server_version(), connection.get_settings().server_encoding
    shown = f"PostgreSQL {version.major}.{version.minor}, {encoding}"
    if version.major < OLDEST_SERVER:
        return fails(SERVER, shown, f"Lealtad needs PostgreSQL {OLDEST_SERVER} or later.")
    if encoding != "UTF8":
        return fails(SERVER, shown, "Make the database with ENCODING 'UTF8'.")
    return ok(SERVER, shown)


async def _clock(connection: asyncpg.Connection) -> Finding:
    before = system_now()
    there: datetime = await connection.fetchval("SELECT clock_timestamp()")
    after = system_now()
    here = before + (after - before) / 2
    difference = abs((there.astimezone(UTC) - here).total_seconds())
    shown = f"{difference:.1f} s from this machine's"
    if difference > CLOCKS_DIFFER_S:
        return fails(CLOCK, shown, "Set both clocks by NTP: tokens, leases and times of facts depend on them.")
    return ok(CLOCK, shown)


async def _rights(connection: asyncpg.Connection, processes: frozenset[str]) -> Finding:
    if "migrate" in processes and not await connection.fetchval(MAY_MIGRATE, SCHEMAS):
        advice = "Migrate as the owner of the database and of its tables."
        return fails(RIGHTS, "the role may not create schemas or change the tables", advice)
    missing = [row[0] for row in await connection.fetch(MISSING_RIGHTS, SCHEMAS)]
    if missing:
        advice = "Use the role that migrates, or GRANT it SELECT, INSERT, UPDATE and DELETE on them."
        return fails(RIGHTS, f"the role may not read and write {', '.join(missing[:5])}", advice)
    return ok(RIGHTS, f"read and write in {', '.join(SCHEMAS)}")


async def _statistics(connection: asyncpg.Connection) -> Finding:
    if await connection.fetchval(READS_STATISTICS):
        return ok(STATISTICS, "the role sees the sessions of others")
    detail = "the role does not see sessions of others: the alert LongSnapshot misses theirs"
    return warning(STATISTICS, detail, "GRANT pg_read_all_stats to the role.")


async def _migrations(connection: asyncpg.Connection, folder: Path, processes: frozenset[str]) -> Finding:
    states = {
        "platform": await _revision(connection, PLATFORM_VERSION, PLATFORM_MIGRATIONS),
        "service": await _revision(connection, SERVICE_VERSION, folder),
    }
    if newer := [f"{name} at {there}" for name, (there, waiting) in states.items() if waiting is None]:
        return fails(MIGRATIONS, f"not of this release: {', '.join(newer)}", "Start the release that migrated it.")
    behind = [f"{name} {waiting}" for name, (_, waiting) in states.items() if waiting]
    if not behind:
        return ok(MIGRATIONS, ", ".join(f"{name} at {there}" for name, (there, _) in states.items()))
    detail = f"to be run: {', '.join(behind)}"
    return ok(MIGRATIONS, detail) if "migrate" in processes else fails(MIGRATIONS, detail, "Run `migrate` first.")


async def _revision(connection: asyncpg.Connection, table: str, folder: Path) -> tuple[str | None, int | None]:
    """Return the revision of a history, and how many are to be run after it: None for an unknown revision."""
    # Alembic is a tenth of an import that every api and worker would pay for.
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    there = None
    if await connection.fetchval("SELECT to_regclass($1)", f"platform.{table}"):
        there = await connection.fetchval(f"SELECT max(version_num) FROM platform.{table}")
    newest_first = [script.revision for script in ScriptDirectory(folder).walk_revisions()]
    if there is None:
        return None, len(newest_first)
    return there, newest_first.index(there) if there in newest_first else None
