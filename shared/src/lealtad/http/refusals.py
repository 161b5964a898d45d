"""Refusals of requests before any route sees them: problem documents, and the end of the connection."""

from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from lealtad.http.problem import Problem
from lealtad.http.security_headers import HEADERS

CLOSE = {"Connection": "close"}
RETRY_AFTER_S = 1


def head_too_large(limit: int) -> Problem:
    """Return the 431 of an address and headers that are too long together."""
    return Problem(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        "request-head-too-large",
        "Address and headers are too large",
        f"Send at most {limit} bytes before the body.",
        headers=CLOSE,
        limit_bytes=limit,
    )


def head_too_slow(seconds: float) -> Problem:
    """Return the 408 of an address and headers that took too long."""
    return _too_slow(f"Send address and headers within {seconds:g} s, on a new connection.")


def body_too_slow(seconds: float, rate: int) -> Problem:
    """Return the 408 of a body that took too long."""
    return _too_slow(f"Send the body within {seconds:g} s, and one more second for each {rate} bytes of it.")


def malformed() -> Problem:
    """Return the 400 of data that is not HTTP."""
    return Problem(
        HTTPStatus.BAD_REQUEST,
        "malformed-request",
        "The request is not HTTP",
        "Send HTTP/1.1 as RFC 9112 has it, and wait for answers before many further requests.",
        headers=CLOSE,
    )


def busy(reason: str) -> Problem:
    """Return the 503 of a process that can hold no more requests."""
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "too-many-requests-in-hand",
        "The service is busy",
        f"{reason} Send the request again a little later, with the same Idempotency-Key if it had one.",
        headers={**CLOSE, "Retry-After": str(RETRY_AFTER_S)},
    )


def application_of(problem: Problem) -> ASGIApp:
    """Return an application that answers every request with `problem`, without reading the request."""

    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        response = problem.response()
        response.raw_headers.extend(HEADERS)
        await response(scope, receive, send)

    return refuse


def as_bytes(problem: Problem) -> bytes:
    """Return `problem` as the bytes of a response, for data without a complete request."""
    status = HTTPStatus(problem.status)
    response = problem.response()
    lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode()]
    lines += [name + b": " + value for name, value in [*response.raw_headers, *HEADERS]]
    return b"\r\n".join([*lines, b"", bytes(response.body)])


def _too_slow(detail: str) -> Problem:
    return Problem(HTTPStatus.REQUEST_TIMEOUT, "request-too-slow", "The request took too long", detail, headers=CLOSE)
