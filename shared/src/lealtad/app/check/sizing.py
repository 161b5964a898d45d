"""The connections that all processes may open, against what the database server allows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import structlog

from lealtad.app.check.findings import Finding, fails, ok, warning
from lealtad.db.engine import plain_dsn
from lealtad.errors import is_transient
from lealtad.settings import ProcessSettings, ServiceSettings

log = structlog.get_logger(__name__)

NAME = "database: connections"
BESIDE_THE_POOL = 2
"""Connections of a worker besides its pool: the relay's, and that of notifications."""
TIMEOUT_S = 10
ADVICE = (
    "Raise max_connections of the server, lower LEALTAD_DATABASE_POOL, or run fewer processes "
    "(LEALTAD_DATABASE_PROCESSES says how many share the server)."
)

LIMITS = """
    SELECT current_setting('max_connections')::int
         - current_setting('superuser_reserved_connections')::int
         - coalesce(current_setting('reserved_connections', true)::int, 0) AS server,
           (SELECT least(nullif(datconnlimit, -1), nullif(rolconnlimit, -1))
            FROM pg_database, pg_roles WHERE datname = current_database() AND rolname = current_user) AS own,
           (SELECT count(*) FROM pg_stat_activity WHERE datname IS NOT NULL) AS used
"""
"""What the server leaves to all roles, what database and role leave to this one (or NULL), and the open sessions."""


async def check(connection: asyncpg.Connection, settings: ServiceSettings) -> Finding:
    """Return whether the pools of all processes fit into what the server allows."""
    server, own, used = await connection.fetchrow(LIMITS)
    each = settings.database_pool + BESIDE_THE_POOL
    if own is not None and each > own:
        return fails(NAME, f"a process opens up to {each}, database or role allow {own}", "Raise CONNECTION LIMIT.")
    wanted = settings.database_processes * each
    detail = f"{settings.database_processes} processes x {each} = {wanted} of {server}; {used} are open"
    return ok(NAME, detail) if wanted <= server else warning(NAME, detail, ADVICE)


@asynccontextmanager
async def looked_at(settings: ProcessSettings) -> AsyncIterator[None]:
    """Look at the connections beside the block, and log a warning where they may run out."""
    looking = asyncio.create_task(warn(settings)) if isinstance(settings, ServiceSettings) else None
    try:
        yield
    finally:
        if looking:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking


async def warn(settings: ServiceSettings) -> None:
    """Log a warning where the pools of all processes do not fit; say nothing where the database does not answer."""
    try:
        dsn = plain_dsn(settings.database_url.get_secret_value())
        connection = await asyncpg.connect(dsn, timeout=TIMEOUT_S, command_timeout=TIMEOUT_S)
        try:
            found = await check(connection, settings)
        finally:
            connection.terminate()
    except Exception as error:
        if not is_transient(error):
            raise
        return
    if found.advice:
        log.warning("connections_may_run_out", detail=found.detail, advice=found.advice)
