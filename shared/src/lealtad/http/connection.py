"""A connection of a port, with limits of sizes, times and the number of connections.

uvicorn has no limit for the head of a request, for its duration, or for connections without requests. So any client
could exhaust the processor, the memory or the descriptors of a port without a token. Here every wait for a caller ends,
and every length has a limit. When there are too many connections, a new one closes the one that has waited longest.
`/health/live` is answered at all times.
"""

import asyncio
import logging
from enum import Enum, auto
from typing import Any, ClassVar, cast

from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lealtad.http import refusals
from lealtad.http.closing_transport import ClosingTransport
from lealtad.http.idle_connections import IdleConnections
from lealtad.http.problem import Problem
from lealtad.observability.metrics import HTTP_REFUSALS
from lealtad.settings import ProcessSettings

LIVE = b"/health/live"
ERRORS = logging.getLogger("uvicorn.error.connection")
"""Logger of errors only: any client of the port could fill the log with warnings."""
ERRORS.setLevel(logging.ERROR)
CHUNK_OVERHEAD = 8
"""Overhead of each byte of a body that is sent in the smallest chunks."""


class Stage(Enum):
    """The part of a request that the connection is receiving."""

    BETWEEN = auto()
    HEAD = auto()
    BODY = auto()


class TooManyPipelinedError(Exception):
    """A caller sends many requests without waiting for answers."""


class Connection(HttpToolsProtocol):
    """uvicorn's connection with limits; `limited` makes one class for each port."""

    limits: ClassVar[ProcessSettings]
    idle: ClassVar["IdleConnections[Connection]"]

    transport: ClosingTransport  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = ERRORS
        self._application: ASGIApp = cast("ASGIApp", self.app)
        self._stage = Stage.BETWEEN
        self._complete = 0
        self._head = 0
        self._body = 0
        self._overhead = 0
        self._known = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._send_timer: asyncio.TimerHandle | None = None

    # Calls of the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Register the connection; when there are too many, close one that waits."""
        closing = ClosingTransport(
            cast("asyncio.Transport", transport), self.limits.linger_s, lambda: self._stage is not Stage.BETWEEN
        )
        super().connection_made(cast("asyncio.Transport", closing))
        if len(self.connections) > self.limits.max_connections:
            self._next_to_close().close_for_another()
        if not self.transport.is_closing():
            self.idle.add(self, known=False)
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Remove the connection."""
        self._stop(self._head_timer)
        self._stop(self._send_timer)
        self.idle.discard(self)
        self.transport.closed()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read data within the limits: of a possible head, never more at once than the size limit of a head."""
        while data and not self.transport.is_closing():
            piece = data if self._stage is Stage.BODY else data[: self.limits.max_head_bytes]
            self._feed(piece)
            data = data[len(piece) :]
        if data:
            self.transport.drain(data)

    def _feed(self, data: bytes) -> None:
        stage, complete, body = self._stage, self._complete, self._body
        super().data_received(data)
        if self.transport.is_closing():
            return
        if complete != self._complete:
            self._head = 0
        elif stage is not Stage.BODY:
            self._head += len(data)
        else:
            self._overhead += len(data) - (self._body - body)
        self._check_size(request_ended=complete != self._complete)

    def pause_writing(self) -> None:
        """Wait for a caller who does not read, until the send time-out."""
        super().pause_writing()
        self._send_timer = self.loop.call_later(self.limits.send_timeout_s, self.transport.abort)

    def resume_writing(self) -> None:
        """Continue to send and to read."""
        self._stop(self._send_timer)
        super().resume_writing()
        if self.cycle is not None and self.cycle.response_complete and not self.transport.is_closing():
            self.flow.resume_reading()

    # Calls of the parser

    def on_message_begin(self) -> None:
        """Begin a request; raise when too many are pipelined."""
        if len(self.pipeline) >= self.limits.max_pipelined:
            raise TooManyPipelinedError
        self._stage = Stage.HEAD
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Serve the request whose head is complete, or refuse it."""
        self._stage = Stage.BODY
        self._body = self._overhead = 0
        self._stop(self._head_timer)
        self._head_timer = None
        self.idle.discard(self)
        refusal = self._refusal()
        self.app = cast("Any", refusals.application_of(refusal) if refusal else self._application)
        super().on_headers_complete()
        if self.parser.should_upgrade():
            # No upgrade is supported: the request is answered without it. Nothing is read after it.
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Read a piece of the body."""
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request."""
        self._stage = Stage.BETWEEN
        self._complete += 1
        super().on_message_complete()

    # Calls of uvicorn

    def on_response_complete(self) -> None:
        """Wait for the next request; close the connection when the rest of this request is still to come."""
        self._known = self._known or "caller" in self.cycle.scope.get("state", {})
        rest_to_come = self._stage is Stage.BODY and not self.pipeline
        unread = self.flow.write_paused
        if rest_to_come or (unread and self.pipeline):
            self.transport.close()
        super().on_response_complete()
        if not self.transport.is_closing() and self.cycle.response_complete:
            self.idle.add(self, known=self._known)
            if unread:
                # The next answer would wait behind this one, and occupy one of the places of requests at work.
                self.flow.pause_reading()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the text is for uvicorn's own kind of answer
        """Answer data that is no HTTP."""
        self._refuse("malformed", refusals.malformed())

    # Limits

    def close_for_another(self) -> None:
        """Close the connection to make room for another."""
        self.connections.discard(self)
        if self.transport.is_closing():
            self.transport.abort()
        elif self._known:
            self.transport.close()
        else:
            self._refuse("connections", refusals.busy("There are too many connections."))

    def _next_to_close(self) -> "Connection":
        ending = (connection for connection in self.connections if connection.transport.is_closing())
        return cast("Connection | None", next(ending, None)) or self.idle.pop() or self

    def _check_size(self, *, request_ended: bool) -> None:
        """Refuse a request that is too long already; start the timer of a head that has begun, even by blank lines."""
        if self._stage is Stage.BODY:
            if self._overhead > self.limits.max_head_bytes + CHUNK_OVERHEAD * self._body:
                self._refuse("malformed", refusals.malformed())
        elif self._head > self.limits.max_head_bytes:
            self._refuse("head-size", refusals.head_too_large(self.limits.max_head_bytes))
        elif self._stage is Stage.HEAD or not request_ended:
            self._expect_head()

    def _refusal(self) -> Problem | None:
        """Return the problem of a request that is refused by its head, or None."""
        limit = self.limits.max_head_bytes
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > limit:
            HTTP_REFUSALS.labels(reason="head-size").inc()
            return refusals.head_too_large(limit)
        if len(self.tasks) >= self.limits.max_requests and self.url != LIVE:
            HTTP_REFUSALS.labels(reason="requests").inc()
            return refusals.busy("There are too many requests at a time.")
        return None

    def _expect_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self.limits.head_timeout_s, self._head_is_late)

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self.cycle is not None and not self.cycle.response_complete:
            self._expect_head()  # the answer comes first
        else:
            self._refuse("head-time", refusals.head_too_slow(self.limits.head_timeout_s))

    def _refuse(self, reason: str, problem: Problem) -> None:
        """Answer `problem` and close the connection; only abort it when the answer could be mistaken for another."""
        HTTP_REFUSALS.labels(reason=reason).inc()
        cycle = self.cycle
        at_work = cycle is not None and not cycle.response_complete
        if self.pipeline or (at_work and (cycle.response_started or not cycle.more_body)):
            self.transport.abort()
            return
        self.transport.write(refusals.as_bytes(problem))
        self.transport.close()

    @staticmethod
    def _stop(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()


def limited(settings: ProcessSettings) -> type[Connection]:
    """Return the connection class of one port with the limits of `settings`."""
    port = {"limits": settings, "idle": IdleConnections[Connection]()}
    return cast("type[Connection]", type("LimitedConnection", (Connection,), port))
