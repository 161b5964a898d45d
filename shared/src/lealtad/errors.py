"""Errors that tell the platform what to do with a failure."""

from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

TRANSIENT_STATES = ("08", "40", "53", "55", "57")
"""SQLSTATE classes: connection lost, transaction rolled back, resources, object in use, operator intervention."""


class PermanentError(Exception):
    """This record can never be handled; the message is its reason and holds nothing personal."""


def sqlstate_of(error: BaseException) -> str | None:
    """Return the SQLSTATE that the database gave `error`, if it came from the database at all."""
    return getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None


def is_transient(error: BaseException) -> bool:
    """Whether the same work may succeed a little later."""
    if isinstance(error, OSError | TimeoutError | PoolTimeoutError | InterfaceError):
        return True
    if isinstance(error, DBAPIError):
        state = sqlstate_of(error)
        return error.connection_invalidated or state is None or state.startswith(TRANSIENT_STATES)
    return False
