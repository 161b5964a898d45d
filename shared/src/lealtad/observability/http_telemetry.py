"""Metrics and logs of every HTTP request, by route template: no path with an id becomes a label."""

import time
from http import HTTPStatus

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lealtad.observability.metrics import HTTP_REQUEST_SECONDS, HTTP_REQUESTS
from lealtad.observability.tracing import TraceContext, traced

TRACE_HEADER = "x-trace-id"
PROBES = {"/health/live", "/health/ready", "/metrics", "/progress"}
"""Routes that are called every few seconds or more often; successful calls are logged at level debug."""
NO_ROUTE = "none"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
CUT_OFF = 499
"""Logged when the connection ended before an answer began (as nginx names it)."""

log = structlog.get_logger("lealtad.http")


class RequestTelemetry:
    """ASGI middleware that continues the caller's trace, returns its id, and counts, times and logs the request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve `scope` within its trace."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with traced(TraceContext.continued(Headers(scope=scope).get("traceparent"))) as trace:
            await self._serve(scope, receive, send, trace)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, trace: TraceContext) -> None:
        status = CUT_OFF
        began = time.perf_counter()

        async def send_with_trace(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[TRACE_HEADER] = trace.trace_id
            await send(message)

        try:
            await self.app(scope, receive, send_with_trace)
        finally:
            _record(scope, status, time.perf_counter() - began)


def _record(scope: Scope, status: int, seconds: float) -> None:
    method = scope["method"] if scope["method"] in METHODS else "other"
    route = getattr(scope.get("route"), "path", NO_ROUTE)
    HTTP_REQUESTS.labels(method=method, route=route, status=str(status)).inc()
    HTTP_REQUEST_SECONDS.labels(method=method, route=route).observe(seconds)
    log_request = log.debug if route in PROBES and status < HTTPStatus.BAD_REQUEST else log.info
    log_request("http_request", method=method, route=route, status=status, ms=round(seconds * 1000, 2))
