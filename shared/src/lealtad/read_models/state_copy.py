"""Copy of the newest states that another service announces."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import Table

from lealtad.db import Connection
from lealtad.db.recordset import Row, as_rows, keep_newest
from lealtad.events.envelope import Event
from lealtad.events.model import EventData
from lealtad.unit_of_work import UnitOfWork

D = TypeVar("D", bound=EventData)
Key = tuple[Any, ...]
"""The primary key of a row."""


def _none_is_ignored(_state: EventData) -> str | None:
    return None


class StateCopy(Generic[D]):
    """A table of derived state that holds the newest state of each primary key.

    `row_of` returns the row of an event, with all columns. `newest_by` names the columns that order the states of a
    key; no two states of a key may have the same values. Therefore the table ends the same in any order and batches of
    the events, and a repeated event changes nothing. `ignored` returns why a stored state triggers no reaction, or
    None.
    """

    def __init__(
        self,
        table: Table,
        *,
        newest_by: Sequence[str],
        row_of: Callable[[Event[D]], Row],
        ignored: Callable[[D], str | None] = _none_is_ignored,
    ) -> None:
        self.table = table
        self._key = [column.name for column in table.primary_key]
        self._newest_by = tuple(newest_by)
        self._row_of = row_of
        self._ignored = ignored
        self._keep = keep_newest(table, *newest_by)

    async def fold(self, uow: UnitOfWork, events: Sequence[Event[D]]) -> None:
        """Insert or update the newest state of each key; ignore events whose state triggers no reaction."""
        await self.keep(uow.connection, events)
        for event in events:
            if reason := self._ignored(event.data):
                uow.ignore(event, reason)

    async def keep(self, connection: Connection, events: Sequence[Event[D]]) -> list[Event[D]]:
        """Insert or update the newest state of each key; return the stored events. All other events are older."""
        if not events:
            return []
        newest = self._newest(events)
        rows = await connection.execute(self._keep, as_rows(row for _, row in newest.values()))
        stored = {tuple(key) for key in rows}
        return [event for key, (event, _) in newest.items() if key in stored]

    def _newest(self, events: Sequence[Event[D]]) -> dict[Key, tuple[Event[D], Row]]:
        """Return the newest event of each key with its row: one statement may not change a row twice."""
        rows = [(event, self._row_of(event)) for event in events]
        rows.sort(key=lambda pair: [pair[1][name] for name in self._newest_by])
        return {tuple(row[name] for name in self._key): (event, row) for event, row in rows}
