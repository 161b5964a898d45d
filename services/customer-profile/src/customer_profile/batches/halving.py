"""Items that commit independently, though many share a transaction."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import TypeVar

import structlog

from lealtad.http import Problem
from lealtad.http.database_errors import problem_of, with_retries

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

log = structlog.get_logger(__name__)


async def halving(
    items: Sequence[Item], transaction: Callable[[Sequence[Item]], Awaitable[Sequence[Outcome]]]
) -> list[Outcome | Problem]:
    """Run `transaction` for all items; if one of them breaks that, halve them until this one is alone.

    Returns the outcome of each, or the problem that kept it out. While the database cannot be reached nothing is tried
    again for fewer.
    """
    try:
        return [*await with_retries(lambda: transaction(items))]
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not take the other items with it
        problem = _failure(error)
        if len(items) == 1 or problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
            return [problem] * len(items)
    middle = len(items) // 2
    return [*await halving(items[:middle], transaction), *await halving(items[middle:], transaction)]


def _failure(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    log.warning("batch_group_failed", exc_info=error)
    return problem_of(error) or Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal-error",
        "Something failed here",
        "It was not recorded. Send it again; if it fails again, report the trace id.",
    )
