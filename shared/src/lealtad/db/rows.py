"""What a statement returns."""

from typing import Any

import asyncpg


class Row(asyncpg.Record):  # type: ignore[misc] # asyncpg is not typed
    """One row: a tuple, whose columns can be had as attributes and by name, too."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the row has no column {name!r}, only {list(self.keys())}") from None


class Rows(list[Row]):
    """All rows of a statement, in their order."""

    def one(self) -> Row:
        """Return the only row; raise LookupError where there is none, or another."""
        if len(self) != 1:
            raise LookupError(f"the statement returned {len(self)} rows where one is expected")
        return self[0]

    def one_or_none(self) -> Row | None:
        """Return the only row, or None where there is none; raise LookupError where there is another."""
        return self.one() if self else None

    def scalars(self) -> list[Any]:
        """Return the first column."""
        return [row[0] for row in self]
