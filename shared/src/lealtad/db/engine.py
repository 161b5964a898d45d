"""The engine: how every connection of a service is set up."""

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
from lealtad.db.planning import BY_KEY

SEARCH_PATH = "{derived}, owned, platform"
"""Hand-written SQL names no schema; a rebuild puts `derived_next` in place of `derived`."""

TRANSACTION_S = 60
"""No transaction outlives a minute: an open snapshot slows the relay's reading of the outbox."""

TIMEOUTS = {
    "lock_timeout": "5s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "30s",
    "transaction_timeout": f"{TRANSACTION_S}s",
}

BUSY_S = 10
"""How long a request waits for a connection of the pool."""

CLOSING_S = 5

POOLED: dict[str, Any] = {
    "min_size": 0,
    "timeout": 10,
    "command_timeout": TRANSACTION_S,
    "max_inactive_connection_lifetime": 1800,
    # Every statement of a service stays prepared, however long it is.
    "statement_cache_size": 500,
    "max_cached_statement_lifetime": 0,
    "max_cacheable_statement_size": 0,
}

# A client whose machine died holds its locks, the relay's too, until the server notices: 25 s instead of two hours.
KEEPALIVE = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def metadata() -> MetaData:
    """Return the `MetaData` of one service, with our naming convention; tables name their schema themselves."""
    return MetaData(naming_convention=NAMING_CONVENTION)


def asyncpg_url(url: str) -> URL:
    """Return `url` for SQLAlchemy's asyncpg dialect."""
    return make_url(url).set(drivername="postgresql+asyncpg")


def plain_dsn(url: str) -> str:
    """Return `url` for asyncpg itself, which knows no SQLAlchemy drivers."""
    return url.replace("postgresql+asyncpg://", "postgresql://", 1)


def server_settings(application: str, derived: str = DERIVED) -> dict[str, str]:
    """Return what every connection sets when it opens; `derived` is the schema of the derived tables."""
    path = SEARCH_PATH.format(derived=derived)
    session = {"application_name": application, "search_path": path, "timezone": "UTC", "jit": "off"}
    return {**session, **BY_KEY, **TIMEOUTS, **KEEPALIVE}


class AllConnectionsBusyError(TimeoutError):
    """No connection became free, or could be opened, in time."""


class Engine:
    """A pool of connections to one database, opened as they are needed.

    `application` is the name that the database's own views show; `derived` stands for the schema of the derived tables,
    in SQL of either kind.
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
        """Lend a connection; each statement commits by itself and sees the newest committed state.

        Raises AllConnectionsBusyError when none is to be had within `BUSY_S`.
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
        """Lend a connection with a transaction that commits at the end of the block, unless that raises."""
        async with self.connect() as connection, connection.transaction():
            yield connection

    async def dispose(self) -> None:
        """Close all connections; those in use too, after a moment."""
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
    """Goes back to the pool as it is: nobody sets anything beyond a transaction, and to make sure costs a statement."""

    __slots__ = ()

    def get_reset_query(self) -> str:
        return ""


async def _know_json(driver: asyncpg.Connection) -> None:
    """Take JSON as text, and return it as values."""
    for name in ("json", "jsonb"):
        await driver.set_type_codec(name, schema="pg_catalog", encoder=str, decoder=orjson.loads)
