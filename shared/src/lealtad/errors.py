"""Errors that tell the platform what to do with a failure."""

import traceback

import asyncpg

TRANSIENT_STATES = ("08", "40", "53", "55", "57", "28", "3D", "3F", "42")
"""SQLSTATE classes: connection lost, transaction rolled back, resources, object in use, operator intervention; and what
only a bad deploy brings about, never an event: credentials, a missing database, schema, table or column."""

CLOSED_TRANSPORT = "the handler is closed"
"""What uvloop says by a plain RuntimeError when a connection that was lost in this moment is written to."""

DATA_EXCEPTION = "22"
"""SQLSTATE class of values that cannot be stored."""

QUERY_CANCELED = "57014"
"""SQLSTATE of a statement that took longer than the `statement_timeout`."""


class PermanentError(Exception):
    """This record can never be handled; the message is its reason and holds nothing personal."""


def sqlstate_of(error: BaseException) -> str | None:
    """Return the SQLSTATE that the database gave `error`, if it came from the database at all."""
    return error.sqlstate if isinstance(error, asyncpg.PostgresError) else None


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


def is_value_refused(error: BaseException) -> bool:
    """Whether a value cannot be stored: it is out of range, or holds characters such as NUL."""
    # What asyncpg cannot encode is an InterfaceError, and no DataError of the server's.
    encoding = isinstance(error, asyncpg.InterfaceError) and isinstance(error, ValueError)
    return encoding or (sqlstate_of(error) or "").startswith(DATA_EXCEPTION)


def is_connection_lost(error: BaseException) -> bool:
    """Whether the connection to the database broke off, or could not be opened."""
    if isinstance(error, RuntimeError):
        return CLOSED_TRANSPORT in str(error)
    if is_value_refused(error):
        return False
    return isinstance(error, OSError | EOFError | TimeoutError | asyncpg.InterfaceError | asyncpg.InternalClientError)


def is_of_the_database(error: BaseException) -> bool:
    """Whether the database answered with an error, or the connection to it broke off."""
    return isinstance(error, asyncpg.PostgresError) or is_connection_lost(error)


def is_transient(error: BaseException) -> bool:
    """Whether the same work may succeed a little later."""
    # A statement was prepared before a migration; the next time it is prepared anew.
    if isinstance(error, asyncpg.InvalidCachedStatementError):
        return True
    state = sqlstate_of(error)
    return state.startswith(TRANSIENT_STATES) if state else is_connection_lost(error)
