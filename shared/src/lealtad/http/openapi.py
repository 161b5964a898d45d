"""The OpenAPI document, with the failures that all routes share."""

from datetime import date
from decimal import Decimal
from http import HTTPMethod, HTTPStatus
from typing import Any

from fastapi import FastAPI, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.routing import APIRoute
from pydantic_core import to_json

from lealtad.http.etag import REQUIRED_HEADER
from lealtad.http.examples import add_examples, with_times_of
from lealtad.http.problem import PROBLEM_JSON, ProblemDocument

REFERENCE = {"$ref": "#/components/schemas/ProblemDocument"}
FASTAPI_VALIDATION = "#/components/schemas/HTTPValidationError"
EVERY_ROUTE = (
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
WITH_TOKEN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
WITH_BODY = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
WRITING = (HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
BOUNDS = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
    "max_digits": None,
    "decimal_places": None,
}
"""Pydantic's names of bounds, with those of JSON Schema, which has none for digits."""
DOCUMENT = "/openapi.json"
METHODS = {method.lower() for method in HTTPMethod}
WRITING_METHODS = {"post", "put", "patch", "delete"}


def operation_id(route: APIRoute) -> str:
    """Return the id of a route's operation: the name of its function, which is unique in a service."""
    return route.name


def serve_document(app: FastAPI) -> None:
    """Add `/openapi.json`, rendered once a day, and the page `/docs` that shows it.

    Both work below any path of a reverse proxy: the page names the document, and the document its server, relatively.

    FastAPI's own route renders the document for every request, and needs no token. The times of examples lie around
    the day of the process's clock, so that the service accepts them.
    """
    rendered: dict[date, bytes] = {}

    async def document() -> Response:
        today = app.state.runtime.clock.now().date()
        if today not in rendered:
            rendered.clear()
            rendered[today] = to_json(with_times_of(app.openapi(), today))
        return Response(rendered[today], media_type="application/json")

    async def page() -> Response:
        return get_swagger_ui_html(openapi_url=DOCUMENT.removeprefix("/"), title=app.title)

    app.add_api_route(DOCUMENT, document, include_in_schema=False)
    app.add_api_route("/docs", page, include_in_schema=False)


def extend_document(app: FastAPI) -> None:
    """Make `app.openapi()` list the problems of every route, with their media type, and an example of every model."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _extended(generate())
        return app.openapi_schema

    # FastAPI's documented way to extend the document.
    app.openapi = openapi  # type: ignore[method-assign]


def _extended(document: dict[str, Any]) -> dict[str, Any]:
    document["servers"] = [{"url": "."}]
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(_problem_schemas())
    for replaced in ("HTTPValidationError", "ValidationError"):
        schemas.pop(replaced, None)
    for item in document.get("paths", {}).values():
        for method in METHODS & item.keys():
            _add_problems(method, item[method])
            _mark_required_headers(item[method])
    _name_bounds(document)
    add_examples(document)
    return document


def _add_problems(method: str, operation: dict[str, Any]) -> None:
    shared = [*EVERY_ROUTE]
    if operation.get("security"):
        shared += WITH_TOKEN
    if method in WRITING_METHODS:
        shared += WRITING
    if "requestBody" in operation:
        shared += WITH_BODY
    responses = operation.setdefault("responses", {})
    for status in shared:
        responses.setdefault(str(int(status)), {"description": status.phrase})
    for status, response in responses.items():
        if status >= "400" and not _has_model_of_its_own(response):
            response["content"] = {PROBLEM_JSON: {"schema": REFERENCE}}
    operation["responses"] = dict(sorted(responses.items()))


def _mark_required_headers(operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["schema"].pop(REQUIRED_HEADER, False):
            parameter["required"] = True


def _name_bounds(part: Any) -> None:
    """Give the bounds of numbers the names of JSON Schema: after a validator, pydantic writes them under its own."""
    if isinstance(part, list):
        for member in part:
            _name_bounds(member)
    elif isinstance(part, dict):
        for name in BOUNDS.keys() & part.keys():
            if not isinstance(part[name], dict):
                bound = part.pop(name)
                if keyword := BOUNDS[name]:
                    part[keyword] = float(bound) if isinstance(bound, Decimal | str) else bound
        for member in part.values():
            _name_bounds(member)


def _has_model_of_its_own(response: dict[str, Any]) -> bool:
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    return bool(schema) and schema.get("$ref") != FASTAPI_VALIDATION


def _problem_schemas() -> dict[str, Any]:
    schema = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "ProblemDocument": schema}
