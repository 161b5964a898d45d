"""Classification of errors: transient, permanent, of the database, of a value."""

import traceback

import asyncpg

TRANSIENT_STATES = ("08", "40", "53", "55", "57", "28", "3D", "3F", "42")
"""SQLSTATE classes: connection lost, transaction rolled back, resources, object in use, operator intervention; and
errors of a bad deployment, never of an event: credentials, a missing database, schema, table or column."""

CLOSED_TRANSPORT = "the handler is closed"
"""Message of uvloop's RuntimeError after a write to a connection that was lost at this moment."""

DATA_EXCEPTION = "22"
"""SQLSTATE class of values that cannot be stored."""

QUERY_CANCELED = "57014"
"""SQLSTATE of a statement that took longer than the `statement_timeout`."""


class PermanentError(Exception):
    """This record can never be handled; the message is the reason and holds no personal data."""


def sqlstate_of(error: BaseException) -> str | None:
    """Return the SQLSTATE of `error`, or None when it does not come from the database."""
    return error.sqlstate if isinstance(error, asyncpg.PostgresError) else None


def reason_of(error: BaseException) -> str:
    """Return the reason of a failure, without the values that caused it.

    Only the messages of `PermanentError` are quoted. Messages of the database and of validation repeat values, which
    may be personal, and reasons are stored in the journal and published with dead letters.
    """
    kind = type(error).__name__
    if isinstance(error, PermanentError):
        return f"{kind}: {error}"
    state = sqlstate_of(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {frames[-1].name}" if frames else ""
    return f"{kind}{f' (SQLSTATE {state})' if state else ''}{place}"


def is_value_refused(error: BaseException) -> bool:
    """Return whether a value cannot be stored: it is out of range, or holds characters such as NUL."""
    # For a value that it cannot encode, asyncpg raises an InterfaceError, not a DataError of the server.
    encoding = isinstance(error, asyncpg.InterfaceError) and isinstance(error, ValueError)
    return encoding or (sqlstate_of(error) or "").startswith(DATA_EXCEPTION)


def is_connection_lost(error: BaseException) -> bool:
    """Return whether the connection to the database broke off, or could not be opened."""
    if isinstance(error, RuntimeError):
        return CLOSED_TRANSPORT in str(error)
    if is_value_refused(error):
        return False
    return isinstance(error, OSError | EOFError | TimeoutError | asyncpg.InterfaceError | asyncpg.InternalClientError)


def is_of_the_database(error: BaseException) -> bool:
    """Return whether the database answered with an error, or the connection to it broke off."""
    return isinstance(error, asyncpg.PostgresError) or is_connection_lost(error)


def is_transient(error: BaseException) -> bool:
    """Return whether the same work may succeed a little later."""
    # The statement was prepared before a migration. It is prepared again for the next execution.
    if isinstance(error, asyncpg.InvalidCachedStatementError):
        return True
    state = sqlstate_of(error)
    return state.startswith(TRANSIENT_STATES) if state else is_connection_lost(error)
