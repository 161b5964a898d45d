"""The engine: how every connection of a service is set up."""

from typing import Any

import orjson
from sqlalchemy import MetaData
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from lealtad.db.columns import DERIVED

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


def server_settings(application: str, derived: str = DERIVED) -> dict[str, str]:
    """Return what every connection sets when it opens; `derived` is the schema of the derived tables."""
    path = SEARCH_PATH.format(derived=derived)
    session = {"application_name": application, "search_path": path, "timezone": "UTC", "jit": "off"}
    return {**session, **TIMEOUTS, **KEEPALIVE}


def create_engine(url: str, *, application: str, pool: int = 10, derived: str = DERIVED, **options: Any) -> AsyncEngine:
    """Return an engine for `url`; `application` is the name that the database's own views show.

    `derived` stands for the schema of the derived tables, in SQL of either kind.
    """
    return create_async_engine(
        asyncpg_url(url),
        pool_size=pool,
        max_overflow=0,
        pool_timeout=10,
        pool_recycle=1800,
        # Errors are logged, and parameters may be personal.
        hide_parameters=True,
        connect_args={
            "server_settings": server_settings(application, derived),
            "timeout": 10,
            "command_timeout": TRANSACTION_S,
        },
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        execution_options={"schema_translate_map": {DERIVED: derived}} if derived != DERIVED else {},
        **options,
    )
