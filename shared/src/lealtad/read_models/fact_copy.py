"""Copy of the facts that another service announces."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy import Table

from lealtad.db.recordset import Row, as_rows, insert_rows
from lealtad.events.envelope import Event
from lealtad.events.model import EventData
from lealtad.unit_of_work import UnitOfWork

D = TypeVar("D", bound=EventData)


class FactCopy(Generic[D]):
    """A table of derived state that holds a row per event; a row never changes.

    `row_of` returns the row of an event, with all columns. A repeated event has the same primary key and adds nothing.
    """

    def __init__(self, table: Table, *, row_of: Callable[[Event[D]], Row]) -> None:
        self.table = table
        self._row_of = row_of
        self._keep = insert_rows(table, "ON CONFLICT DO NOTHING")

    async def fold(self, uow: UnitOfWork, events: Sequence[Event[D]]) -> None:
        """Insert the facts that are not stored yet."""
        if events:
            await uow.connection.execute(self._keep, as_rows(map(self._row_of, events)))
