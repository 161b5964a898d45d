"""The declaration of a due action."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from lealtad.unit_of_work import UnitOfWork

NOTHING = "SELECT 1 WHERE false"


@dataclass(frozen=True, slots=True)
class DueAction:
    """Work that time alone makes due.

    `run(uow, limit)` locks at most `limit` rows that are due at `uow.now`, with `FOR UPDATE SKIP LOCKED`, so that
    several workers share the work. It acts on the rows by `act_on`, so that a failing row affects no other row. It
    sets when the rows are due next, and returns their number. The loop calls `run` when the query `due` finds a row;
    `due` binds at most `:now`, and an index must answer it at once. `run` must not block; where it raises, the action
    rests for a minute.
    """

    name: str
    run: Callable[[UnitOfWork, int], Awaitable[int]]
    due: str
    batch: int = 500
    by_business_time: bool = True
    """Whether the rows of `due` are late at `:now`; rows that wait for machine time do not count as backlog."""
    paced: bool = False
    """Run one batch a second only: a bounded rate for much work that is not urgent."""

    @property
    def backlog(self) -> str:
        """Return the query of the rows that are late."""
        return self.due if self.by_business_time else NOTHING
