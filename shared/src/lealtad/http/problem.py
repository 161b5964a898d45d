"""Problem documents (RFC 9457), the form of all errors; `detail` tells the caller what to do."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json
from starlette.exceptions import HTTPException

from lealtad.observability.tracing import current_trace

PROBLEM_JSON = "application/problem+json"
TYPE_PREFIX = "urn:lealtad:problem:"
MOST_ERRORS = 50
"""Most invalid values in one problem; more of them are one mistake that was made many times."""
_CODE = re.compile(r"[a-z][a-z_-]{0,63}")


class InvalidField(BaseModel):
    """An invalid value of a request; the value itself is never repeated."""

    pointer: str = Field(description="Where: JSON Pointer (RFC 6901) into the body, or the parameter's name")
    message: str = Field(description="What is wrong")
    hint: str | None = Field(default=None, description="What would be right")


class ProblemDocument(BaseModel):
    """An error, after RFC 9457."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": f"{TYPE_PREFIX}version-mismatch",
                    "title": "Somebody else changed it",
                    "status": 412,
                    "detail": "Read it again, repeat your change on it and send the new ETag as If-Match.",
                    "instance": "urn:trace:0af7651916cd43dd8448eb211c80319c",
                }
            ]
        },
    )

    type: str = Field(description="Kind of problem, stable, for programs")
    title: str = Field(description="Kind of problem, for people")
    status: int = Field(description="HTTP status code")
    detail: str = Field(description="What to do about it")
    instance: str = Field(description="This occurrence: `urn:trace:` and the trace id, which is in the logs too")
    errors: list[InvalidField] = Field(
        default_factory=list, description=f"Each invalid value, where there are any; at most {MOST_ERRORS}"
    )
    more_errors: int = Field(default=0, description="How many invalid values are left out of `errors`")


class Problem(HTTPException):
    """An error that is the answer to the caller.

    `slug` names the kind (`type` is `urn:lealtad:problem:<slug>`), `title` is the kind for people, `detail` is the
    advice; `extensions` are further JSON members. None of them may hold personal data.

    The class is an HTTPException because FastAPI raises these on while it reads a body, and turns others into 400.
    """

    def __init__(
        self,
        status: int,
        slug: str,
        title: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.status = status
        self.slug = slug
        self.title = title
        self.headers: Mapping[str, str] = self.headers or {}
        self.extensions = extensions

    def __str__(self) -> str:
        """Return status, kind and advice, for logs."""
        return f"{self.status} {self.slug}: {self.detail}"

    def document(self) -> dict[str, Any]:
        """Return the problem document."""
        trace = current_trace()
        return {
            "type": TYPE_PREFIX + self.slug,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": f"urn:trace:{trace.trace_id}" if trace else "about:blank",
            **self.extensions,
        }

    def response(self) -> Response:
        """Return the problem as an HTTP response."""
        return Response(to_json(self.document()), self.status, headers=self.headers, media_type=PROBLEM_JSON)


def not_found(kind: str, reference: object, hint: str | None = None) -> Problem:
    """Return the 404 of an unknown `reference`; the answer repeats the reference only if it is an id or a code."""
    named = f" {reference}" if _is_public(reference) else " under this reference"
    detail = hint or f"There is no {kind}{named}. Check the reference, or create the {kind} first."
    return Problem(HTTPStatus.NOT_FOUND, f"{kind.replace(' ', '-')}-not-found", f"No such {kind}", detail)


def conflict(slug: str, title: str, detail: str, **extensions: Any) -> Problem:
    """Return the 409 of a valid request that does not fit the current state."""
    return Problem(HTTPStatus.CONFLICT, slug, title, detail, **extensions)


def gone(kind: str, detail: str, **extensions: Any) -> Problem:
    """Return the 410 of a `kind` that existed (merged, erased) and will not exist again."""
    return Problem(HTTPStatus.GONE, f"{kind.replace(' ', '-')}-gone", f"The {kind} is gone", detail, **extensions)


def event_too_large() -> Problem:
    """Return the 413 of a fact that no event can hold."""
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "fact-too-large",
        "The fact is too large for one event",
        "One fact may take 256 KiB: split it, or shorten its texts.",
    )


def forbidden(slug: str, title: str, detail: str, **extensions: Any) -> Problem:
    """Return the 403 of a caller without the permission."""
    return Problem(HTTPStatus.FORBIDDEN, slug, title, detail, **extensions)


def invalid(
    detail: str,
    errors: Sequence[InvalidField] = (),
    *,
    slug: str = "invalid-request",
    title: str = "The request is not valid",
    left_out: int = 0,
    **extensions: Any,
) -> Problem:
    """Return the 422 of invalid values, with the first 50 of `errors`; `left_out` counts values not in `errors`."""
    more = left_out + max(0, len(errors) - MOST_ERRORS)
    if more:
        detail = f"{detail} And {more} more are wrong than `errors` lists."
        extensions["more_errors"] = more
    listed = [error.model_dump(exclude_none=True) for error in errors[:MOST_ERRORS]]
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, slug, title, detail, errors=listed, **extensions)


def unavailable(detail: str, retry_after_s: int = 1) -> Problem:
    """Return the 503 of a service whose database, or other dependency, does not answer now."""
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "temporarily-unavailable",
        "Temporarily unavailable",
        detail,
        headers={"Retry-After": str(retry_after_s)},
    )


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI `responses` of a route's own error statuses.

    `install_problem_handlers` adds the schema and the shared statuses: 401, 403, 422, 500 and 503; for routes that
    write also 400, 409 and 413; for routes with a body also 408 and 415.
    """
    return {status: {"description": HTTPStatus(status).phrase} for status in statuses}


def _is_public(reference: object) -> bool:
    return isinstance(reference, UUID | int) or bool(_CODE.fullmatch(str(reference)))
