"""Bodies that are mostly one long list, read and validated item by item, so that other requests go on meanwhile."""

import asyncio
import json
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from http import HTTPStatus
from json.decoder import JSONDecodeError
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from lealtad.http.context import runtime_of
from lealtad.http.json_limits import is_simple, too_complex
from lealtad.http.problem import Problem
from lealtad.settings import ProcessSettings

ITEMS_AT_ONCE = 20
"""Items that are validated before other requests get the event loop: one to two milliseconds of work."""
CHARACTERS_AT_ONCE = 64 << 10
"""Characters that are read before other requests get the event loop."""
MOST_NAMES = 100
FIRST_WINDOW = 4096
LONGEST_WORD = 16
"""Upper bound of the characters of a JSON token that is no text and no number, such as `false` and `\\u00e1`."""

_SPACE = re.compile(r"[ \t\n\r]*+")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Items:
    """The list in a body: its name, its largest number of items, and the validation of an item.

    `read` returns the value that replaces the item in the body. It raises no error that an item can cause.
    """

    name: str
    most: int
    read: Callable[[Any], Any]


def route_of_batches(items: Items) -> type[APIRoute]:
    """Return the route class (`APIRouter(route_class=...)`) that reads JSON bodies item by item."""

    class BatchRequest(Request):
        async def json(self) -> Any:
            body = await self.body()
            text = body.decode(json.detect_encoding(body), "surrogatepass")
            return await Reader(text, items, runtime_of(self).settings).read()

    class BatchRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def handle_batch(request: Request) -> Response:
                return await handle(BatchRequest(request.scope, request.receive))

            return handle_batch

    return BatchRoute


class Reader:
    """The reader of one text; `read` may be called once."""

    def __init__(
        self,
        text: str,
        items: Items,
        settings: ProcessSettings,
        pause: Callable[[], Coroutine[Any, Any, None]] = lambda: asyncio.sleep(0),
    ) -> None:
        self._text = text
        self._items = items
        self._settings = settings
        self._pause = pause
        self._at = 0
        self._full = False

    async def read(self) -> Any:
        """Return the body, with its items validated.

        Stop after the first item above the largest number: the body is then refused for its length. Raise
        JSONDecodeError when the text is no JSON, and 413 for a value that is too large to be read at once.
        """
        match self._next():
            case "{":
                return await self._object()
            case "[":
                return []  # a list is refused, so its items do not matter
        value = self._value()
        self._require_end()
        return value

    async def _object(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self._at += 1
        if self._next() == "}":
            self._at += 1
            self._require_end()
            return found
        for _ in range(MOST_NAMES):
            name = self._name()
            found[name] = await self._list() if name == self._items.name and self._next() == "[" else self._value()
            if self._full:
                return found
            if self._after_value("}"):
                self._require_end()
                return found
        raise too_complex(self._settings)

    def _name(self) -> str:
        if self._next() != '"':
            raise self._broken("Expecting property name enclosed in double quotes")
        name: str = self._value()
        if self._next() != ":":
            raise self._broken("Expecting ':' delimiter")
        self._at += 1
        return name

    async def _list(self) -> list[Any]:
        read: list[Any] = []
        self._at += 1
        if self._next() == "]":
            self._at += 1
            return read
        turn = (0, self._at)
        while True:
            read.append(self._items.read(self._value()))
            if len(read) > self._items.most:
                self._full = True
                return read
            if len(read) - turn[0] >= ITEMS_AT_ONCE or self._at - turn[1] >= CHARACTERS_AT_ONCE:
                await self._pause()
                turn = (len(read), self._at)
            if self._after_value("]"):
                return read

    def _value(self) -> Any:
        """Return the value that begins at the current position.

        The end of the value is unknown before it is read. A window on the text bounds its size.
        """
        self._next()
        size = min(FIRST_WINDOW, self._settings.max_item_bytes)
        while True:
            window = self._text[self._at : self._at + size]
            is_last = self._at + size >= len(self._text)
            try:
                value, end = _DECODER.raw_decode(window)
            except RecursionError:
                raise too_complex(self._settings) from None
            except JSONDecodeError as error:
                if is_last or not _may_be_cut_off(error, len(window)):
                    raise JSONDecodeError(error.msg, self._text, self._at + error.pos) from None
            else:
                # A number at the end of the window may continue after it.
                if is_last or end < len(window):
                    self._require_simple(window[:end])
                    self._at += end
                    return value
            if size == self._settings.max_item_bytes:
                raise _item_too_large(size)
            size = min(4 * size, self._settings.max_item_bytes)

    def _require_simple(self, item: str) -> None:
        if not is_simple(item, self._settings):
            raise too_complex(self._settings)

    def _after_value(self, end: str) -> bool:
        """Return whether the list or object ends here; otherwise pass the comma."""
        sign = self._next()
        if sign not in {",", end}:
            raise self._broken("Expecting ',' delimiter")
        self._at += 1
        return sign == end

    def _next(self) -> str:
        """Return the next character that is not a space, without passing it."""
        space = _SPACE.match(self._text, self._at)
        self._at = space.end() if space else self._at
        return self._text[self._at : self._at + 1]

    def _require_end(self) -> None:
        if self._next():
            raise self._broken("Extra data")

    def _broken(self, message: str) -> JSONDecodeError:
        return JSONDecodeError(message, self._text, self._at)


def _may_be_cut_off(error: JSONDecodeError, size: int) -> bool:
    """Return whether the text may be valid and only the end of the window breaks it."""
    return error.msg.startswith("Unterminated string") or error.pos > size - LONGEST_WORD


def _item_too_large(limit: int) -> Problem:
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "item-too-large",
        "An item is too large, or breaks off",
        f"Send items of at most {limit} characters, each one whole JSON value.",
        limit_characters=limit,
    )
