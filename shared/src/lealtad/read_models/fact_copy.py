"""Facts that another service announces, each kept once."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy import Table

from lealtad.db.recordset import Row, as_rows, insert_rows
from lealtad.events.envelope import Event
from lealtad.events.model import EventData
from lealtad.unit_of_work import UnitOfWork

D = TypeVar("D", bound=EventData)


class FactCopy(Generic[D]):
    """A table of derived state that holds a row per event, by a primary key of the event: a row never changes.

    `row_of` returns all columns of the row that an event makes. An event that comes again changes nothing.
    """

    def __init__(self, table: Table, *, row_of: Callable[[Event[D]], Row]) -> None:
        self.table = table
        self._row_of = row_of
        self._keep = insert_rows(table, "ON CONFLICT DO NOTHING")

    async def fold(self, uow: UnitOfWork, events: Sequence[Event[D]]) -> None:
        """Store the facts that are new."""
        if events:
            await uow.connection.execute(self._keep, as_rows(map(self._row_of, events)))
