"""Database errors as HTTP problems: retry at once, retry later, or send other values."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from lealtad.db.engine import AllConnectionsBusyError
from lealtad.errors import is_connection_lost, is_value_refused, sqlstate_of
from lealtad.http.problem import Problem, invalid, unavailable

T = TypeVar("T")

ATTEMPTS = 5
LONGEST_PAUSE_S = 0.5

# https://www.postgresql.org/docs/current/errcodes-appendix.html
SERIALIZATION_FAILURE = "40001"
DEADLOCK_DETECTED = "40P01"
LOCK_NOT_AVAILABLE = "55P03"
QUERY_CANCELED = "57014"
BUSY = (SERIALIZATION_FAILURE, DEADLOCK_DETECTED, LOCK_NOT_AVAILABLE, QUERY_CANCELED)
UNAVAILABLE_CLASSES = ("08", "53", "57")
"""Connection lost, resources exhausted, and the server shutting down or starting (57P0x)."""

AGAIN = "Send the request again a little later, with the same Idempotency-Key if it had one."


class LostRaceError(Exception):
    """A concurrent transaction was first; the use case runs again and sees its result."""


def is_lock_timeout(error: BaseException) -> bool:
    """Return whether the wait for a lock timed out."""
    return sqlstate_of(error) == LOCK_NOT_AVAILABLE


async def with_retries(transaction: Callable[[], Awaitable[T]]) -> T:
    """Run `transaction`, which begins and commits; retry after deadlocks and serialisation failures, at most 5 runs."""
    attempts = AsyncRetrying(
        retry=retry_if_exception(_lost_race),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_random_exponential(multiplier=0.01, max=LONGEST_PAUSE_S),
        reraise=True,
    )

    async def attempt() -> T:
        # tenacity awaits only coroutine functions; a lambda that returns a coroutine is none.
        return await transaction()

    return await attempts(attempt)


def problem_of(error: Exception) -> Problem | None:
    """Return the problem for the caller, or None for an internal error."""
    state = sqlstate_of(error) or ""
    if isinstance(error, AllConnectionsBusyError | LostRaceError) or state in BUSY:
        return unavailable(f"Other requests are using the same data or all connections. {AGAIN}")
    if state.startswith(UNAVAILABLE_CLASSES) or is_connection_lost(error):
        return unavailable(f"The database cannot be reached. {AGAIN}")
    if is_value_refused(error):
        return invalid("A value cannot be stored: it is out of range or holds characters such as NUL. Correct it.")
    return None


def _lost_race(error: BaseException) -> bool:
    return isinstance(error, LostRaceError) or sqlstate_of(error) in (SERIALIZATION_FAILURE, DEADLOCK_DETECTED)
