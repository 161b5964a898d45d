"""Errors that tell the platform what to do with a failure."""

import traceback

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

TRANSIENT_STATES = ("08", "40", "53", "55", "57", "28", "3D", "3F", "42")
"""SQLSTATE classes: connection lost, transaction rolled back, resources, object in use, operator intervention; and what
only a bad deploy brings about, never an event: credentials, a missing database, schema, table or column."""

CLOSED_TRANSPORT = "the handler is closed"
"""What uvloop says by a plain RuntimeError when a connection that was lost in this moment is written to."""

QUERY_CANCELED = "57014"
"""SQLSTATE of a statement that took longer than the `statement_timeout`."""


class PermanentError(Exception):
    """This record can never be handled; the message is its reason and holds nothing personal."""


def sqlstate_of(error: BaseException) -> str | None:
    """Return the SQLSTATE that the database gave `error`, if it came from the database at all."""
    return getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None


def reason_of(error: BaseException) -> str:
    """Return why work failed, without what it failed on.

    Only the messages of our own permanent errors are quoted: those of the database and of validation repeat values,
    which may be personal, and reasons are kept in the journal and published with dead letters.
    """
    kind = type(error).__name__
    if isinstance(error, PermanentError):
        return f"{kind}: {error}"
    state = sqlstate_of(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {frames[-1].name}" if frames else ""
    return f"{kind}{f' (SQLSTATE {state})' if state else ''}{place}"


def is_transient(error: BaseException) -> bool:
    """Whether the same work may succeed a little later."""
    if isinstance(error, OSError | EOFError | TimeoutError | PoolTimeoutError | InterfaceError):
        return True
    if isinstance(error, asyncpg.InterfaceError | asyncpg.InternalClientError):
        return True
    if isinstance(error, RuntimeError):
        return CLOSED_TRANSPORT in str(error)
    if isinstance(error, DBAPIError):
        state = sqlstate_of(error)
        return error.connection_invalidated or state is None or state.startswith(TRANSIENT_STATES)
    return False
