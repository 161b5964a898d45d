"""Requests that a port refuses before any route sees them, and how: problem documents, and an end of the connection."""

from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from lealtad.http.hardening import HEADERS
from lealtad.http.problem import Problem

CLOSE = {"Connection": "close"}
RETRY_AFTER_S = 1


def head_too_large(limit: int) -> Problem:
    """431: address and headers together are too long."""
    return Problem(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        "request-head-too-large",
        "Address and headers are too large",
        f"Send at most {limit} bytes before the body.",
        headers=CLOSE,
        limit_bytes=limit,
    )


def head_too_slow(seconds: float) -> Problem:
    """408: address and headers took too long."""
    return _too_slow(f"Send address and headers within {seconds:g} s, on a new connection.")


def body_too_slow(seconds: float, rate: int) -> Problem:
    """408: the body took too long."""
    return _too_slow(f"Send the body within {seconds:g} s, and one more second for each {rate} bytes of it.")


def malformed() -> Problem:
    """400: this is not HTTP."""
    return Problem(
        HTTPStatus.BAD_REQUEST,
        "malformed-request",
        "The request is not HTTP",
        "Send HTTP/1.1 as RFC 9112 has it, and wait for answers before many further requests.",
        headers=CLOSE,
    )


def busy(what: str) -> Problem:
    """503: as much is in hand as this process can hold."""
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "too-many-requests-in-hand",
        "The service is busy",
        f"{what} Send the request again a little later, with the same Idempotency-Key if it had one.",
        headers={**CLOSE, "Retry-After": str(RETRY_AFTER_S)},
    )


def answering(problem: Problem) -> ASGIApp:
    """Return an application that answers `problem` to every request, without reading it."""

    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        response = problem.response()
        response.raw_headers.extend(HEADERS)
        await response(scope, receive, send)

    return refuse


def as_bytes(problem: Problem) -> bytes:
    """Return `problem` as it goes over the wire, where there is no request that it could answer."""
    status = HTTPStatus(problem.status)
    response = problem.response()
    lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode()]
    lines += [name + b": " + value for name, value in [*response.raw_headers, *HEADERS]]
    return b"\r\n".join([*lines, b"", bytes(response.body)])


def _too_slow(detail: str) -> Problem:
    return Problem(HTTPStatus.REQUEST_TIMEOUT, "request-too-slow", "The request took too long", detail, headers=CLOSE)
