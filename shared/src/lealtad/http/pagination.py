"""Keyset pagination: an opaque cursor in a page names the start of the next page.

A cursor is the base64url form of a JSON array, which holds the sort key of the page's last row. Times, dates, ids and
decimals are tagged with their kind, so that decoding restores their types.
"""

import base64
import binascii
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import fastapi
import orjson
from pydantic import BaseModel, Field

from lealtad.http.parameters import NumberInAddress
from lealtad.http.problem import InvalidField, Problem, invalid
from lealtad.instants import EARLIEST, END

T = TypeVar("T")
Row = TypeVar("Row")
CursorKey = tuple[Any, ...]

_TAGS: dict[str, tuple[type, Callable[[str], Any]]] = {
    "time": (datetime, lambda text: _kept_instant(datetime.fromisoformat(text).astimezone(UTC))),
    "date": (date, date.fromisoformat),
    "id": (UUID, UUID),
    "decimal": (Decimal, Decimal),
}


def encode_cursor(key: CursorKey) -> str:
    """Return `key` (strings, numbers, booleans, None, times, dates, UUIDs, decimals) as an opaque cursor."""
    document = orjson.dumps([_tagged(value) for value in key])
    return base64.urlsafe_b64encode(document).rstrip(b"=").decode()


def decode_cursor(cursor: str) -> CursorKey:
    """Return the sort key in `cursor`; raise a 422 problem for an invalid cursor."""
    try:
        document = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        values = orjson.loads(document)
        if not isinstance(values, list):
            raise _bad_cursor()
        return tuple(_untagged(value) for value in values)
    except (ValueError, OverflowError, InvalidOperation, binascii.Error):
        raise _bad_cursor() from None


class PageQuery:
    """The page that a caller asks for.

    `limit` is the number of rows to read, `cursor` the sort key after which to read, or None for the first page.
    """

    def __init__(self, limit: int = 50, cursor: str | None = None) -> None:
        self.limit = limit
        self.cursor = None if cursor is None else decode_cursor(cursor)

    def after(self, *kinds: type) -> CursorKey | None:
        """Return `cursor` if its values have these types; raise 422 for another list's cursor."""
        if self.cursor is None:
            return None
        if len(self.cursor) != len(kinds) or not all(map(_is_of, self.cursor, kinds)):
            raise _bad_cursor()
        return self.cursor


async def wanted_page(
    limit: Annotated[NumberInAddress, fastapi.Query(ge=1, le=1000, description="Items in the page, at most")] = 50,
    cursor: Annotated[
        str | None,
        fastapi.Query(max_length=2000, description="`next_cursor` of the page before; absent: the first page"),
    ] = None,
) -> PageQuery:
    """Return the page that a caller of a list route asks for; raise 422 for an invalid cursor."""
    return PageQuery(limit, cursor)


PageWanted = Annotated[PageQuery, fastapi.Depends(wanted_page)]


class Page(BaseModel, Generic[T]):
    """One page of a list."""

    items: list[T]
    next_cursor: str | None = Field(
        default=None, description="Send it as `cursor` for the next page; null: this is the last one"
    )

    @staticmethod
    def of(
        rows: Iterable[Row],
        limit: int,
        cursor_of: Callable[[Row], CursorKey],
        item_of: Callable[[Row], Any] = lambda row: row,
    ) -> "Page[Any]":
        """Return the page of `rows`, read in sort order; `cursor_of` gives a row's sort key, `item_of` its item.

        A full page (`limit` rows) may be followed by another, so it carries a cursor.
        """
        listed = list(rows)[:limit]
        next_cursor = encode_cursor(cursor_of(listed[-1])) if len(listed) == limit else None
        return Page[Any](items=[item_of(row) for row in listed], next_cursor=next_cursor)


def _tagged(value: Any) -> Any:
    for tag, (kind, _) in _TAGS.items():
        if isinstance(value, kind):
            return {tag: value.isoformat() if isinstance(value, date) else str(value)}
    return value


def _untagged(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    (tag, text), *others = value.items()
    if others or tag not in _TAGS or not isinstance(text, str):
        raise _bad_cursor()
    return _TAGS[tag][1](text)


def _kept_instant(instant: datetime) -> datetime:
    # Stored instants are in the range, including its end. The driver fails at the ends of the calendar.
    if not EARLIEST <= instant <= END:
        raise ValueError("outside the range of instants")
    return instant


def _is_of(value: Any, kind: type) -> bool:
    # Python's True is an int; the database's true is not.
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


def _bad_cursor() -> Problem:
    return invalid(
        "Send `next_cursor` of the page before unchanged, or leave `cursor` out for the first page.",
        [InvalidField(pointer="cursor", message="not a cursor of this list")],
        slug="invalid-cursor",
        title="The cursor is not valid",
    )
