"""One connection of a port: what may come over it, how long that may take, and how many connections there are.

uvicorn has no limit for the head of a request, none for the time that one takes, and none for connections that do not
ask for anything. Whoever can reach the port could so use up its processor, its memory or its descriptors without a
token. Here every wait for a caller has an end, every length a limit, and when there are too many connections the one
that waits longest gives way. `/health/live` is answered through all of that.
"""

import asyncio
import logging
from enum import Enum, auto
from typing import Any, ClassVar, cast

from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lealtad.http import refusals
from lealtad.http.closing_transport import ClosingTransport
from lealtad.http.problem import Problem
from lealtad.http.waiting import Waiting
from lealtad.observability.metrics import HTTP_REFUSALS
from lealtad.settings import ServiceSettings

LIVE = b"/health/live"
ERRORS = logging.getLogger("uvicorn.error.connection")
"""Says errors only: whoever can reach the port would fill the log with warnings."""
ERRORS.setLevel(logging.ERROR)
CHUNK_OVERHEAD = 8
"""Bytes around each byte of a body that is sent in the smallest chunks."""


class Stage(Enum):
    """Where in a request the connection stands."""

    BETWEEN = auto()
    HEAD = auto()
    BODY = auto()


class TooManyPipelinedError(Exception):
    """A caller sends on and on without waiting for answers."""


class Connection(HttpToolsProtocol):
    """uvicorn's connection with limits; `limited` makes one for each port."""

    limits: ClassVar[ServiceSettings]
    waiting: ClassVar["Waiting[Connection]"]

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

    # What the transport says

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection in; where there are too many, one that waits gives way."""
        closing = ClosingTransport(
            cast("asyncio.Transport", transport), self.limits.linger_s, lambda: self._stage is not Stage.BETWEEN
        )
        super().connection_made(cast("asyncio.Transport", closing))
        if len(self.connections) > self.limits.max_connections:
            self._one_to_give_way().give_way()
        if not self.transport.is_closing():
            self.waiting.add(self, known=False)
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop(self._head_timer)
        self._stop(self._send_timer)
        self.waiting.discard(self)
        self.transport.closed()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, within the limits: of what may be a head never more at once than a head may have."""
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
        self._look(idle=complete == self._complete)

    def pause_writing(self) -> None:
        """Wait for a caller who does not read, but not for ever."""
        super().pause_writing()
        self._send_timer = self.loop.call_later(self.limits.send_timeout_s, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on sending, and reading."""
        self._stop(self._send_timer)
        super().resume_writing()
        if self.cycle is not None and self.cycle.response_complete and not self.transport.is_closing():
            self.flow.resume_reading()

    # What the parser says

    def on_message_begin(self) -> None:
        """Begin a request."""
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
        self.waiting.discard(self)
        refusal = self._refusal()
        self.app = cast("Any", refusals.answering(refusal) if refusal else self._application)
        super().on_headers_complete()
        if self.parser.should_upgrade():
            # Nothing is read after an upgrade, and none is supported: it is answered as if it had not been asked for.
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

    # What uvicorn says

    def on_response_complete(self) -> None:
        """Wait for the next request, or end a connection over which the rest of this one is still to come."""
        self._known = self._known or "caller" in self.cycle.scope.get("state", {})
        rest_to_come = self._stage is Stage.BODY and not self.pipeline
        unread = self.flow.write_paused
        if rest_to_come or (unread and self.pipeline):
            self.transport.close()
        super().on_response_complete()
        if not self.transport.is_closing() and self.cycle.response_complete:
            self.waiting.add(self, known=self._known)
            if unread:
                # The next answer would wait behind this one, and hold one of the places of those at work.
                self.flow.pause_reading()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words are for its own kind of answer
        """Answer what is no HTTP."""
        self._refuse("malformed", refusals.malformed())

    # What the limits say

    def give_way(self) -> None:
        """End a connection to make room for another."""
        self.connections.discard(self)
        if self.transport.is_closing():
            self.transport.abort()
        elif self._known:
            self.transport.close()
        else:
            self._refuse("connections", refusals.busy("There are too many connections."))

    def _one_to_give_way(self) -> "Connection":
        ending = (connection for connection in self.connections if connection.transport.is_closing())
        return cast("Connection | None", next(ending, None)) or self.waiting.pop() or self

    def _look(self, *, idle: bool) -> None:
        """Refuse what is too long already; expect the head that has begun, or that blank lines announce."""
        if self._stage is Stage.BODY:
            if self._overhead > self.limits.max_head_bytes + CHUNK_OVERHEAD * self._body:
                self._refuse("malformed", refusals.malformed())
        elif self._head > self.limits.max_head_bytes:
            self._refuse("head-size", refusals.head_too_large(self.limits.max_head_bytes))
        elif self._stage is Stage.HEAD or idle:
            self._expect_head()

    def _refusal(self) -> Problem | None:
        """Return why the request with this head is not served, if it is not."""
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
            self._expect_head()  # an answer comes first
        else:
            self._refuse("head-time", refusals.head_too_slow(self.limits.head_timeout_s))

    def _refuse(self, reason: str, problem: Problem) -> None:
        """Answer `problem` and end the connection; only end it where that would be taken for another answer."""
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


def limited(settings: ServiceSettings) -> type[Connection]:
    """Return the connections of one port under the limits of `settings`."""
    port = {"limits": settings, "waiting": Waiting[Connection]()}
    return cast("type[Connection]", type("LimitedConnection", (Connection,), port))
