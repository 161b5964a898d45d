"""Bodies of requests: read only for callers with the scope, within limits of size, time and number of values."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus

from fastapi.dependencies.models import Dependant
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lealtad.http import refusals
from lealtad.http.auth import BEARER, authenticate
from lealtad.http.json_limits import is_simple, too_complex
from lealtad.http.problem import Problem
from lealtad.observability.metrics import HTTP_REFUSALS
from lealtad.settings import ProcessSettings


class RequestBodies:
    """ASGI middleware that reads bodies, each as one message.

    A body is read when its route is known. The token and its scope for this route are checked first, then the declared
    length. A body without a declared length is counted while it arrives. All current bodies share `max_bodies_bytes`.
    `batch_paths` accept larger bodies, whose reader checks each item.
    """

    def __init__(self, app: ASGIApp, settings: ProcessSettings, batch_paths: Iterable[str]) -> None:
        self.app = app
        self.settings = settings
        self.batch_paths = frozenset(batch_paths)
        self.reserved = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve `scope`."""
        if scope["type"] != "http" or not _has_body(headers := Headers(scope=scope)):
            await self.app(scope, receive, send)
            return
        body = _Body(self, scope, headers, receive, send)
        try:
            await self.app(scope, body.receive, body.send)
        finally:
            self.reserved -= body.reserved


class _Body:
    """The body of one request."""

    def __init__(
        self, bodies: RequestBodies, scope: Scope, headers: Mapping[str, str], receive: Receive, send: Send
    ) -> None:
        self.reserved = 0
        self._bodies = bodies
        self._settings = bodies.settings
        self._is_batch = scope["path"] in bodies.batch_paths
        self._scope = scope
        self._headers = headers
        self._receive = receive
        self._send = send
        self._read = False

    async def receive(self) -> Message:
        """Return the whole body, or raise the problem that refuses it."""
        if self._read:
            return await self._receive()
        await self._require_token()
        declared = self._headers.get("content-length", "")
        if declared.isascii() and declared.isdigit():
            self._reserve(int(declared))
        message = await self._whole()
        self._read = True
        if not (self._is_batch or is_simple(message.get("body", b""), self._settings)):
            raise _refused("body-values", too_complex(self._settings))
        return message

    async def send(self, message: Message) -> None:
        """Send the message; an answer before the body was read ends the connection."""
        if message["type"] == "http.response.start" and not self._read:
            message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
        await self._send(message)

    async def _require_token(self) -> None:
        scopes = list(_scopes_of(getattr(self._scope.get("route"), "dependant", None)))
        if not scopes:
            return
        credentials = await BEARER(HTTPConnection(self._scope))
        for scope in scopes:
            authenticate(credentials, scope, self._settings)

    async def _whole(self) -> Message:
        """Return the body as one message, or the message of a disconnection."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._settings.body_timeout_s
        parts: list[bytes] = []
        received, more = 0, True
        try:
            async with asyncio.timeout_at(until) as limit:
                while more:
                    message = await self._receive()
                    if message["type"] != "http.request":
                        return message
                    parts.append(message.get("body", b""))
                    received += len(parts[-1])
                    more = message.get("more_body", False)
                    self._reserve(received)
                    limit.reschedule(until + received / self._settings.body_bytes_per_s)
        except TimeoutError:
            settings = self._settings
            problem = refusals.body_too_slow(settings.body_timeout_s, settings.body_bytes_per_s)
            raise _refused("body-time", problem) from None
        return {"type": "http.request", "body": parts[0] if len(parts) == 1 else b"".join(parts), "more_body": False}

    def _reserve(self, size: int) -> None:
        """Reserve `size` bytes; raise 413 when a body may not be so large, 503 when others leave no room for it."""
        settings = self._settings
        most = settings.max_batch_body_bytes if self._is_batch else settings.max_body_bytes
        more = max(0, size - self.reserved)
        if size > most:
            raise _refused("body-size", _too_large(most))
        # A single body is always accepted, however small the setting.
        if self._bodies.reserved > self.reserved and self._bodies.reserved + more > settings.max_bodies_bytes:
            raise _refused("bodies", refusals.busy("Other large requests are in hand."))
        self.reserved += more
        self._bodies.reserved += more


def _refused(reason: str, problem: Problem) -> Problem:
    HTTP_REFUSALS.labels(reason=reason).inc()
    return problem


def _has_body(headers: Mapping[str, str]) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _scopes_of(dependant: Dependant | None) -> Iterator[str]:
    """Yield the scopes that a route requires."""
    if dependant is not None:
        yield from dependant.own_oauth_scopes or ()
        for dependency in dependant.dependencies:
            yield from _scopes_of(dependency)


def _too_large(limit: int) -> Problem:
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "request-entity-too-large",
        "The request is too large",
        f"Send at most {limit} bytes at once: split the request.",
        limit_bytes=limit,
    )
