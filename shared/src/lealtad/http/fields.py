"""Field types of every service's requests: bodies, times, references to customers."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.config import JsonDict

from lealtad.http.customer_ref import EXTERNAL_ID_PATTERN, SOURCE_PATTERN
from lealtad.http.validation_errors import SafeValueError
from lealtad.instants import RANGE, is_kept
from lealtad.keys import as_stored
from lealtad.scalars import UUID_PATTERN

# RFC 3339 with its offset. Pydantic alone would also accept Unix times, whose unit is unknown.
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class RequestBody(BaseModel):
    """A request body that refuses unknown fields, so that callers notice misspelt names."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _rfc3339(value: Any) -> Any:
    if isinstance(value, datetime) or (isinstance(value, str) and _RFC3339.fullmatch(value)):
        return value
    raise SafeValueError("write the time as RFC 3339 with its offset, as in 2011-03-01T09:30:00+01:00")


def _kept(value: datetime) -> datetime:
    if not is_kept(value):
        raise SafeValueError(f"lies outside {RANGE} (UTC); where there is no end, leave the field out")
    return value.astimezone(UTC)


Timestamp = Annotated[
    AwareDatetime,
    BeforeValidator(_rfc3339),
    AfterValidator(_kept),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "description": f"An instant of {RANGE}",
            "examples": ["2011-03-01T09:30:00+01:00"],
        }
    ),
]
"""An instant in RFC 3339 with its offset, kept in UTC. It is the only type of times in requests."""


REF_LENGTH = 300

# Only for the OpenAPI document; `CustomerRef.parse` checks references.
_CUSTOMER: JsonDict = {"pattern": f"^({UUID_PATTERN}|{SOURCE_PATTERN}:{EXTERNAL_ID_PATTERN})$"}

CustomerRefText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=REF_LENGTH,
        description="A customer: its id, or `source:external_id`",
        json_schema_extra=_CUSTOMER,
        examples=["shop:17850"],
    ),
    AfterValidator(as_stored),
]
"""A customer, in a body or as a filter of a list."""

CustomerRefInPath = Annotated[
    str,
    Path(
        min_length=1,
        max_length=REF_LENGTH,
        description="A customer: its id, or `source:external_id` (percent-encoded)",
        json_schema_extra=_CUSTOMER,
        examples=["shop:17850"],
    ),
]
"""The `{ref}` of a path."""
