"""Answers to failures: problem documents without internals of the service."""

from collections.abc import Awaitable, Callable
from http import HTTPMethod, HTTPStatus
from typing import Any, cast

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lealtad.events.codec import EventTooLargeError
from lealtad.http.database_errors import problem_of
from lealtad.http.openapi import extend_document
from lealtad.http.problem import Problem, event_too_large, invalid
from lealtad.http.validation_errors import invalid_fields

log = structlog.get_logger()

ADVICE: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "The body could not be read: send it whole, as Content-Type says.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address: /openapi.json lists what there is.",
    HTTPStatus.METHOD_NOT_ALLOWED: "Use a method that the Allow header names.",
}


def install_problem_handlers(app: FastAPI) -> None:
    """Make `app` answer every failure with a problem document, and list these in its OpenAPI document."""
    app.add_exception_handler(Problem, _answering(lambda problem: problem))
    app.add_exception_handler(RequestValidationError, _of_invalid_request)
    app.add_exception_handler(HTTPStatus.METHOD_NOT_ALLOWED, _of_method)
    app.add_exception_handler(HTTPException, _answering(_of_http))
    app.add_exception_handler(EventTooLargeError, _answering(lambda _: event_too_large()))
    app.add_middleware(UnexpectedErrors)
    extend_document(app)


class UnexpectedErrors:
    """ASGI middleware that answers unhandled errors: 503 when the database is away, else 500."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve `scope`; raise an error after the answer has begun, so that the server cuts the connection."""
        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, watched_send)
        except Exception as error:
            if started or scope["type"] != "http":
                raise
            await _of_unexpected(error).response()(scope, receive, send)


def _answering(problem_from: Callable[[Any], Problem]) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handler(_: Request, error: Exception) -> Response:
        return problem_from(error).response()

    return handler


async def _of_invalid_request(request: Request, error: Exception) -> Response:
    body = getattr(request.scope.get("route"), "body_field", None)
    root = body.field_info.annotation if body else None
    return _of_validation(cast("RequestValidationError", error), root).response()


def _of_validation(error: RequestValidationError, root: Any) -> Problem:
    # FastAPI leaves a body as bytes when its media type is not JSON.
    if isinstance(error.body, bytes):
        return _of_media_type()
    failures = error.errors()
    if any(failure["type"] == "json_invalid" for failure in failures):
        where = failures[0]["loc"][-1]
        return Problem(
            HTTPStatus.BAD_REQUEST,
            "malformed-json",
            "The body is not JSON",
            f"Send one JSON document (RFC 8259) in UTF-8; this one breaks at character {where}.",
        )
    fields = invalid_fields(failures, error.body, root=root)
    return invalid(
        "Correct the values listed in `errors` and send the request again.",
        fields,
        left_out=len(failures) - len(fields),
    )


def _of_media_type() -> Problem:
    return Problem(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
        "The body is not said to be JSON",
        "Send JSON with the header `Content-Type: application/json`, or with the type that /openapi.json names for it.",
    )


async def _of_method(request: Request, _: Exception) -> Response:
    # A route has only its own methods; several routers may serve the same path.
    return _of_http(HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": _methods_at(request)})).response()


def _methods_at(request: Request) -> str:
    routes = request.app.routes
    offered = [
        method
        for method in HTTPMethod
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]
    return ", ".join(offered)


def _of_http(error: HTTPException) -> Problem:
    status = HTTPStatus(error.status_code)
    detail = ADVICE.get(status, f"{status.phrase}. See /openapi.json for what is accepted.")
    slug = status.phrase.lower().replace(" ", "-")
    return Problem(status, slug, status.phrase, detail, headers=error.headers)


def _of_unexpected(error: Exception) -> Problem:
    problem = problem_of(error)
    if problem is not None:
        log.warning("request_not_served", problem=problem.slug, exc_info=error)
        return problem
    log.error("request_failed", exc_info=error)
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal-error",
        "The service failed",
        "Send the request again, with the same Idempotency-Key if it had one. If it fails again, report `instance`.",
    )
