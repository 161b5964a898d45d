"""Isolation of the items that fail, so that all others succeed together."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


async def isolate_failures(
    items: Sequence[Item],
    attempt: Callable[[Sequence[Item]], Awaitable[Iterable[Outcome]]],
    set_aside: Callable[[Item, Exception], Awaitable[Outcome]],
    *,
    concerns_all: Callable[[Exception], bool],
) -> list[Outcome]:
    """Return what `attempt` returns for `items`; after a failure attempt halves, until the failing item is alone.

    `attempt` leaves no effects when it raises. `set_aside` returns the outcome of an item that fails alone, or raises.
    An error is raised at once if it `concerns_all` items, as the loss of a connection does.
    """
    try:
        return [*await attempt(items)]
    except Exception as error:
        if concerns_all(error) or not items:
            raise
        if len(items) == 1:
            return [await set_aside(items[0], error)]
    middle = len(items) // 2
    first, second = items[:middle], items[middle:]
    return [
        *await isolate_failures(first, attempt, set_aside, concerns_all=concerns_all),
        *await isolate_failures(second, attempt, set_aside, concerns_all=concerns_all),
    ]
