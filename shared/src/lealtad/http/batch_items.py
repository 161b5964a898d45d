"""Items of a batch: each is validated and commits independently, although many share a transaction."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

import structlog
from pydantic import BaseModel, ValidationError

from lealtad.events.codec import EventTooLargeError
from lealtad.http.database_errors import problem_of, with_retries
from lealtad.http.problem import InvalidField, Problem, event_too_large, invalid
from lealtad.http.validation_errors import failures_of
from lealtad.isolation import isolate_failures

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


async def commit_valid(
    items: Sequence[Item],
    refusal_of: Callable[[Item], Problem | None],
    commit: Callable[[Sequence[Item]], Awaitable[Sequence[Outcome]]],
) -> list[Outcome | Problem]:
    """Return the outcome of each item, in their order: the problem that refuses it, or what `commit` made of it."""
    refusals = [refusal_of(item) for item in items]
    committed = iter(await commit([item for item, refusal in zip(items, refusals, strict=True) if refusal is None]))
    return [next(committed) if refusal is None else refusal for refusal in refusals]


async def commit_items(
    items: Sequence[Item], transaction: Callable[[Sequence[Item]], Awaitable[Sequence[Outcome]]]
) -> list[Outcome | Problem]:
    """Run `transaction` for all items, and return the outcome or the problem of each.

    An item that breaks the transaction costs itself only. While the database is unavailable, all items get the same
    problem, and no smaller group is tried.
    """

    async def attempt(group: Sequence[Item]) -> Sequence[Outcome | Problem]:
        try:
            return [*await with_retries(lambda: transaction(group))]
        except Exception as error:
            problem = _problem_of(error)
            if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
                return [problem] * len(group)
            raise problem from error

    return await isolate_failures(items, attempt, _refuse, concerns_all=lambda _: False)


async def _refuse(_: Item, error: Exception) -> Problem:
    return _problem_of(error)


def _problem_of(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, EventTooLargeError):
        return event_too_large()
    log.warning("batch_group_failed", exc_info=error)
    return problem_of(error) or Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal-error",
        "Something failed here",
        "It was not recorded. Send it again; if it fails again, report the trace id.",
    )
