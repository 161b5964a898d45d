"""Optimistic concurrency by entity tags (RFC 9110 §8.8.3 and §13.1.1): `ETag` out, `If-Match` in."""

import re
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import Header

from lealtad.http.problem import InvalidField, Problem, invalid

IfMatch = Literal["unused", "optional", "required"]
"""The use of `If-Match` by a route; the OpenAPI document lists the header unless it is unused."""

REQUIRED_HEADER = "x-required"
"""Temporary mark of a header that OpenAPI lists as required; FastAPI itself would answer 422 without the header."""

_ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]*"')


def format_etag(version: int | str) -> str:
    """Return `version` as a strong entity tag."""
    return f'"{version}"'


async def _unused() -> None:
    return None


async def _optional(
    if_match: Annotated[
        str | None, Header(max_length=1000, description="`ETag` of the version that the change is based on")
    ] = None,
) -> str | None:
    return if_match


async def _required(
    if_match: Annotated[
        str | None,
        Header(
            max_length=1000,
            description="`ETag` of the version that the change is based on; without it 428",
            json_schema_extra={REQUIRED_HEADER: True},
        ),
    ] = None,
) -> str | None:
    return if_match


IF_MATCH_READERS: dict[IfMatch, Any] = {"unused": _unused, "optional": _optional, "required": _required}
"""The dependency that reads the header, by its use."""


def require_match(if_match: str | None, version: int | str, *, required: bool = False) -> None:
    """Raise 412 unless the `If-Match` header names `version` (or is `*`); without the header, 428 if it is `required`.

    Weak tags never match, as RFC 9110 §13.1.1 requires. A header that is no list of entity tags raises 422.
    """
    if if_match is None:
        if required:
            raise _precondition_required()
        return
    if if_match.strip() == "*":
        return
    if format_etag(version) not in _parse(if_match):
        raise Problem(
            HTTPStatus.PRECONDITION_FAILED,
            "version-mismatch",
            "Somebody else changed it",
            "Read the resource again, repeat your change on it and send its new ETag as If-Match.",
        )


def _parse(header: str) -> list[str]:
    tags = [tag.strip() for tag in header.split(",")]
    if not all(_ENTITY_TAG.fullmatch(tag) for tag in tags):
        hint = 'the ETag of your last read, with its quotes, such as "7"'
        raise invalid(
            "Send If-Match as you got it in ETag, quotes included.",
            [InvalidField(pointer="If-Match", message="not a list of entity tags", hint=hint)],
        )
    return tags


def _precondition_required() -> Problem:
    return Problem(
        HTTPStatus.PRECONDITION_REQUIRED,
        "if-match-required",
        "If-Match is missing",
        "Read the resource and send its ETag as If-Match, so that no change of somebody else is overwritten.",
    )
