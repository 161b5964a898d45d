"""Connections of a port that wait for their caller, and so may be closed for others."""

from typing import Generic, TypeVar

C = TypeVar("C")


class IdleConnections(Generic[C]):
    """Connections between requests, or with a request that has not arrived, ordered by their wait.

    Connections without a valid token so far are closed first.
    """

    def __init__(self) -> None:
        # Dictionaries are in the order in which their keys were added.
        self._unknown: dict[C, None] = {}
        self._known: dict[C, None] = {}

    def add(self, connection: C, *, known: bool) -> None:
        """Add a connection that waits from now on; `known` if a valid token came over it."""
        self.discard(connection)
        (self._known if known else self._unknown)[connection] = None

    def discard(self, connection: C) -> None:
        """Remove a connection that waits no more."""
        self._unknown.pop(connection, None)
        self._known.pop(connection, None)

    def pop(self) -> C | None:
        """Remove and return the connection to close next; return None when all are at work."""
        for connections in (self._unknown, self._known):
            if connections:
                connection = next(iter(connections))
                del connections[connection]
                return connection
        return None
