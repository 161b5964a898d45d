"""Results of statements."""

from typing import Any

import asyncpg


class Row(asyncpg.Record):  # type: ignore[misc] # asyncpg is not typed
    """One row: a tuple with its columns as attributes and as items by name."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the row has no column {name!r}, only {list(self.keys())}") from None


class Rows(list[Row]):
    """All rows of a statement, in order."""

    def one(self) -> Row:
        """Return the only row; raise LookupError without a row, or with several."""
        if len(self) != 1:
            raise LookupError(f"the statement returned {len(self)} rows where one is expected")
        return self[0]

    def one_or_none(self) -> Row | None:
        """Return the only row, or None without a row; raise LookupError with several."""
        return self.one() if self else None

    def scalars(self) -> list[Any]:
        """Return the first column of every row."""
        return [row[0] for row in self]
