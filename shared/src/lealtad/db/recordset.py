"""Statements that take any number of rows as one JSON parameter."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Table, TextClause, text
from sqlalchemy.dialects import postgresql

Row = Mapping[str, Any]
DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def as_rows(rows: Iterable[Row]) -> dict[str, str]:
    """Return `rows` as the parameter of a statement of this module."""
    return {"rows": orjson.dumps(list(rows), default=_plain).decode()}


def json_value(text: str) -> orjson.Fragment:
    """Return JSON text as the value of a column, without parsing the text."""
    return orjson.Fragment(text)


def recordset(table: Table, columns: Sequence[str] | None = None) -> str:
    """Return the FROM item `row`: `columns` of `table` (all by default) from the parameter `rows`."""
    names = columns or [column.name for column in table.columns]
    typed = ", ".join(f"{name} {table.columns[name].type.compile(DIALECT)}" for name in names)
    return f"jsonb_to_recordset(CAST(:rows AS jsonb)) AS row ({typed})"


def insert_rows(table: Table, suffix: str = "") -> TextClause:
    """Return the INSERT of rows in ascending primary key, with `suffix` at its end."""
    names = ", ".join(column.name for column in table.columns)
    key = ", ".join(column.name for column in table.primary_key)
    return text(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {recordset(table)} ORDER BY {key} {suffix}")


def keep_newest(table: Table, *guard: str) -> TextClause:
    """Return the upsert that replaces a row only by one with a larger `guard`, and returns the changed keys.

    Compare several guard columns in order.
    """
    key = [column.name for column in table.primary_key]
    changes = ", ".join(f"{c.name} = excluded.{c.name}" for c in table.columns if c.name not in key)
    names = ", ".join(key)
    stored, given = (", ".join(f"{row}.{name}" for name in guard) for row in (table.name, "excluded"))
    newer = f"ON CONFLICT ({names}) DO UPDATE SET {changes} WHERE ({stored}) < ({given})"
    return insert_rows(table, f"{newer} RETURNING {names}")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")
