"""Rows under keys that managers create and change one at a time."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table

from lealtad.db import Connection, Row
from lealtad.http import PageQuery, Problem, not_found
from lealtad.resources import repository


class Resource:
    """A table of resources with keys: find, list, insert and update them.

    `kind` names a resource in problems. `key` is the unique column. When the primary key is another column, a reference
    may also be this id. `taken` returns the 409 of a key that exists. The commands of the service decide what changes;
    `VersionedResource` has commands of its own.
    """

    def __init__(self, kind: str, table: Table, *, taken: Callable[[str], Problem], key: str = "key") -> None:
        self.kind = kind
        self.table = table
        self.key = table.columns[key]
        self._taken = taken

    async def find(self, connection: Connection, reference: UUID | str, *, lock: bool = False) -> Row | None:
        """Return the row with this id or key, or None; with `lock`, lock it until the transaction ends."""
        return await repository.find(connection, self.key, reference, lock=lock)

    async def existing(self, connection: Connection, reference: UUID | str, *, lock: bool = False) -> Row:
        """Return the row with this id or key; raise 404 when it does not exist."""
        row = await self.find(connection, reference, lock=lock)
        if row is None:
            raise not_found(self.kind, reference)
        return row

    async def page(self, connection: Connection, page: PageQuery, *conditions: ColumnElement[bool]) -> Sequence[Row]:
        """Return the rows of a page that meet `conditions`, by ascending key."""
        after = page.after(str)
        return await repository.page(connection, self.key, after[0] if after else None, page.limit, conditions)

    def cursor_of(self, row: Mapping[str, Any]) -> tuple[str]:
        """Return the sort key of a row, for the cursor of its page."""
        return (row[self.key.name],)

    async def insert(self, connection: Connection, **values: Any) -> Row:
        """Insert a row and return it; raise 409 when its key exists."""
        row = await repository.insert(connection, self.key, values)
        if row is None:
            raise self._taken(values[self.key.name])
        return row

    async def update(self, connection: Connection, key: str, /, **values: Any) -> Row:
        """Update a locked row and return it as it is now."""
        return await repository.update(connection, self.key, key, values)
