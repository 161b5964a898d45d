"""What a due action is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from lealtad.unit_of_work import UnitOfWork

NOTHING = "SELECT 1 WHERE false"


@dataclass(frozen=True, slots=True)
class DueAction:
    """Something that time alone brings about.

    `run(uow, limit)` locks at most `limit` rows that are due at `uow.now` (`FOR UPDATE SKIP LOCKED`, so that several
    workers share the work), acts on them (by `act_on`, so that one which fails costs only itself), sets when they are
    due next, and returns their number. It is called when `due`, a query that binds at most `:now`, finds a row; an
    index must answer that at once.
    """

    name: str
    run: Callable[[UnitOfWork, int], Awaitable[int]]
    due: str
    batch: int = 500
    by_business_time: bool = True
    """Whether what `due` finds is late at `:now`; what waits for the machine's time is not counted as backlog."""
    paced: bool = False
    """One batch each time the loop looks (once a second): much work that is not urgent, at a bounded rate."""

    @property
    def backlog(self) -> str:
        """The query of what is late."""
        return self.due if self.by_business_time else NOTHING
