"""The engine: a pool of connections, all with the same settings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import orjson
from sqlalchemy import MetaData
from sqlalchemy.engine import URL, make_url

from lealtad.db.columns import DERIVED
from lealtad.db.connection import Connection, Listener
from lealtad.db.plan_settings import BY_KEY

SEARCH_PATH = "{derived}, owned, platform"
"""The schemas that hand-written SQL leaves out; a rebuild puts `derived_next` in place of `derived`."""

TRANSACTION_S = 60
"""The longest transaction, in seconds: an open snapshot slows the relay's reads of the outbox."""

TIMEOUTS = {
    "lock_timeout": "5s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "30s",
    "transaction_timeout": f"{TRANSACTION_S}s",
}

BUSY_S = 10
"""Seconds that a request waits for a connection of the pool."""

CLOSING_S = 5
"""Seconds that connections in use get before `dispose` closes them."""

POOLED: dict[str, Any] = {
    "min_size": 0,
    "timeout": 10,
    "command_timeout": TRANSACTION_S,
    "max_inactive_connection_lifetime": 1800,
    # All statements of a service stay prepared, long ones too.
    "statement_cache_size": 500,
    "max_cached_statement_lifetime": 0,
    "max_cacheable_statement_size": 0,
}

# A dead machine keeps its locks, the relay's too, until the server notices: after 25 s instead of two hours.
KEEPALIVE = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def metadata() -> MetaData:
    """Return the `MetaData` of one service with the naming convention; each table names its schema."""
    return MetaData(naming_convention=NAMING_CONVENTION)


def asyncpg_url(url: str) -> URL:
    """Return `url` for SQLAlchemy's asyncpg dialect."""
    return make_url(url).set(drivername="postgresql+asyncpg")


def plain_dsn(url: str) -> str:
    """Return `url` without the driver of SQLAlchemy, as asyncpg needs it."""
    return url.replace("postgresql+asyncpg://", "postgresql://", 1)


def server_settings(application: str, derived: str = DERIVED) -> dict[str, str]:
    """Return the settings of every new connection; `derived` is the schema of the derived tables."""
    path = SEARCH_PATH.format(derived=derived)
    session = {"application_name": application, "search_path": path, "timezone": "UTC", "jit": "off"}
    return {**session, **BY_KEY, **TIMEOUTS, **KEEPALIVE}


class AllConnectionsBusyError(TimeoutError):
    """A request that got no connection in time."""


class Engine:
    """A pool of connections to one database, which opens them on demand.

    The views of PostgreSQL show `application`. `derived` is the schema of the derived tables, both in hand-written SQL
    and in expressions.
    """

    def __init__(self, url: str, *, application: str, pool: int = 10, derived: str = DERIVED) -> None:
        self.url = plain_dsn(url)
        self.listeners: list[Listener] = []
        self._derived = derived
        self._options: dict[str, Any] = {
            "max_size": pool,
            "server_settings": server_settings(application, derived),
        }
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Connection]:
        """Yield a connection in autocommit: each statement sees the newest committed state.

        Raise AllConnectionsBusyError when no connection is free within `BUSY_S`.
        """
        pool = self._pool or await self._open()
        try:
            driver = await pool.acquire(timeout=BUSY_S)
        except TimeoutError as error:
            raise AllConnectionsBusyError(f"no connection within {BUSY_S} s") from error
        try:
            yield Connection(driver, self._derived, self.listeners)
        finally:
            await pool.release(driver)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Connection]:
        """Yield a connection with a transaction; commit at the end of the block, or roll back when it raises."""
        async with self.connect() as connection, connection.transaction():
            yield connection

    async def dispose(self) -> None:
        """Close all connections; those in use get `CLOSING_S`."""
        pool, self._pool = self._pool, None
        if pool:
            with suppress(TimeoutError):
                await asyncio.wait_for(pool.close(), CLOSING_S)

    async def _open(self) -> asyncpg.Pool:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self.url, init=_know_json, connection_class=_PooledConnection, **POOLED, **self._options
                )
        return self._pool


class _PooledConnection(asyncpg.Connection):  # type: ignore[misc] # asyncpg is not typed
    """A connection without a reset: no code changes settings beyond a transaction, and a reset costs a statement."""

    __slots__ = ()

    def get_reset_query(self) -> str:
        return ""


async def _know_json(driver: asyncpg.Connection) -> None:
    """Encode JSON parameters as text, and decode JSON columns to values."""
    for name in ("json", "jsonb"):
        await driver.set_type_codec(name, schema="pg_catalog", encoder=str, decoder=orjson.loads)
