"""Which connections of a port wait for their caller, and so may give way to others."""

from typing import Generic, TypeVar

C = TypeVar("C")


class Waiting(Generic[C]):
    """Connections between requests, or with a request that has not arrived, by how long they wait.

    Those on which nobody showed a valid token give way first.
    """

    def __init__(self) -> None:
        # Dictionaries are in the order in which their keys were added.
        self._strangers: dict[C, None] = {}
        self._known: dict[C, None] = {}

    def add(self, connection: C, *, known: bool) -> None:
        """Say that `connection` waits from now on; `known` if a valid token came over it."""
        self.discard(connection)
        (self._known if known else self._strangers)[connection] = None

    def discard(self, connection: C) -> None:
        """Say that `connection` waits no more."""
        self._strangers.pop(connection, None)
        self._known.pop(connection, None)

    def pop(self) -> C | None:
        """Take out the connection that is to give way next; None where all are at work."""
        for waiting in (self._strangers, self._known):
            if waiting:
                connection = next(iter(waiting))
                del waiting[connection]
                return connection
        return None
