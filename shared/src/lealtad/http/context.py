"""What every route needs of the request besides its own parameters, and where the service's parts are found."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Protocol

from fastapi import Request
from fastapi.security import HTTPAuthorizationCredentials

from lealtad.http.auth import SCOPES, Principal, authenticate
from lealtad.observability.tracing import current_trace
from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Database


class HttpRuntime(Protocol):
    """What `app.state.runtime` offers."""

    @property
    def database(self) -> Database:
        """The service's database."""
        ...

    @property
    def settings(self) -> ServiceSettings:
        """The service's settings."""
        ...


@dataclass(frozen=True, slots=True)
class CommandContext:
    """The caller of a writing route, its precondition, and what makes it repeatable.

    `path` is the concrete one, percent-decoded; `content` reads query string and body as they were sent.
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
    """Return the caller that `credentials` stand for; raise 401 without a valid token, 403 without `scope`.

    The connection of a known caller is the last to be closed when there are too many.
    """
    principal = authenticate(credentials, scope, runtime_of(request).settings)
    request.state.caller = principal.subject
    return principal


def current_traceparent() -> str | None:
    """Return the trace context of the request in hand, as a `traceparent`."""
    trace = current_trace()
    return trace.format() if trace else None


def known_scope(scope: str) -> str:
    """Return `scope`; ValueError, when the route is declared, for one that the catalogue lacks."""
    if scope not in SCOPES:
        raise ValueError(f"{scope} is not in lealtad.http.auth.SCOPES")
    return scope
