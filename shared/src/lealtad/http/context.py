"""The context of a request: runtime, caller and headers, besides the parameters of its route."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Protocol

from fastapi import Request
from fastapi.security import HTTPAuthorizationCredentials

from lealtad.http.auth import SCOPES, Principal, authenticate
from lealtad.observability.tracing import current_trace
from lealtad.settings import ProcessSettings
from lealtad.unit_of_work import Database


class HttpRuntime(Protocol):
    """The runtime in `app.state.runtime`, of a service with a database."""

    @property
    def database(self) -> Database:
        """Return the service's database."""
        ...

    @property
    def settings(self) -> ProcessSettings:
        """Return the service's settings; a service without a database has them, too."""
        ...


@dataclass(frozen=True, slots=True)
class CommandContext:
    """The caller of a writing route, its precondition, and its idempotency key.

    `path` is the percent-decoded path of the request; `content` reads query string and body as they were sent.
    """

    principal: Principal
    traceparent: str | None
    method: str
    path: str
    content: Callable[[], Coroutine[None, None, tuple[bytes, bytes]]]
    idempotency_key: str | None = None
    if_match: str | None = None


def runtime_of(request: Request) -> HttpRuntime:
    """Return the runtime of the service that answers `request`."""
    runtime: HttpRuntime = request.app.state.runtime
    return runtime


def caller_of(request: Request, credentials: HTTPAuthorizationCredentials | None, scope: str) -> Principal:
    """Return the caller of `credentials`; raise 401 without a valid token, 403 without `scope`.

    When there are too many connections, those of known callers are closed last.
    """
    principal = authenticate(credentials, scope, runtime_of(request).settings)
    request.state.caller = principal.subject
    return principal


def current_traceparent() -> str | None:
    """Return the trace context of the current request, as a `traceparent`."""
    trace = current_trace()
    return trace.format() if trace else None


def known_scope(scope: str) -> str:
    """Return `scope`; raise ValueError, when the route is declared, for an unknown scope."""
    if scope not in SCOPES:
        raise ValueError(f"{scope} is not in lealtad.http.auth.SCOPES")
    return scope
