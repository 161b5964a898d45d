"""Items of a batch: each is validated and commits independently, although many share a transaction."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

import structlog
from pydantic import BaseModel, ValidationError

from lealtad.http.database_errors import problem_of, with_retries
from lealtad.http.problem import InvalidField, Problem, invalid
from lealtad.http.validation_errors import failures_of

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

MAX_ITEM_ERRORS = 10
"""Errors of one item in the answer; a single request gets more, but a batch has a thousand items."""

log = structlog.get_logger(__name__)


class InvalidItem(BaseModel):
    """An item that failed validation, with its errors; the other items go on."""

    errors: list[InvalidField]
    left_out: int = 0

    @classmethod
    def of(cls, error: ValidationError, item: object = None, root: Any = None) -> "InvalidItem":
        """Return the replacement of the item, of the type `root`, that failed with `error`."""
        fields, left_out = failures_of(error, item, MAX_ITEM_ERRORS, root)
        return cls(errors=fields, left_out=left_out)

    def problem(self) -> Problem:
        """Return the problem that answers the item."""
        return invalid("Correct what `errors` points at.", self.errors, left_out=self.left_out)


async def isolate_failures(
    items: Sequence[Item], transaction: Callable[[Sequence[Item]], Awaitable[Sequence[Outcome]]]
) -> list[Outcome | Problem]:
    """Run `transaction` for all items, and return the outcome or the problem of each.

    If one item breaks the transaction, halve the items until this item is alone. While the database is unavailable,
    no smaller group is tried.
    """
    try:
        return [*await with_retries(lambda: transaction(items))]
    except Exception as error:  # noqa: BLE001 - no error of one item may fail the others
        problem = _failure(error)
        if len(items) == 1 or problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
            return [problem] * len(items)
    middle = len(items) // 2
    return [*await isolate_failures(items[:middle], transaction), *await isolate_failures(items[middle:], transaction)]


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
