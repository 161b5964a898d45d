"""Field types of keys that travel on topics into the databases of other services.

Every such key is normalised and checked for personal data. A reference to something that exists (`{ref}`, filters) is
only normalised, so that keys that were stored before the check stay readable.
"""

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field

from lealtad.events.catalog.shared_types import Slug, SystemName
from lealtad.http.problem import InvalidField, invalid
from lealtad.http.validation_errors import SafeValueError
from lealtad.keys import KeyCharacterError, normalise, personal_data_in
from lealtad.scalars import parse_id

HINT = "a key that says nothing about a person: it travels with events"


def travelling_key(text: str) -> str:
    """Return `text` as a key that may travel: normalised, and no personal data; raise SafeValueError."""
    try:
        key = normalise(text)
    except KeyCharacterError as error:
        raise SafeValueError(str(error)) from None
    if kind := personal_data_in(key):
        raise SafeValueError(f"looks like {kind}; send {HINT}")
    return key


def impersonal_text(text: str) -> str:
    """Return a text for operators that holds no personal data; raise SafeValueError."""
    if kind := personal_data_in(text):
        raise SafeValueError(f"looks like {kind}; say it without personal data")
    return text


def require_travelling_key(text: str, pointer: str) -> None:
    """Raise 422, pointing at `pointer`, when `text` may not travel as a key."""
    try:
        travelling_key(text)
    except SafeValueError as error:
        raise invalid("Send another key.", [InvalidField(pointer=pointer, message=str(error))]) from None


def _key(pattern: str, longest: int) -> Callable[[str], str]:
    form = re.compile(pattern)

    def validated(text: str) -> str:
        key = travelling_key(text)
        if not form.fullmatch(key):
            raise SafeValueError("holds a character that is not allowed here, such as a slash or a blank")
        if len(key) > longest:
            raise SafeValueError(f"has more than {longest} characters in Unicode normal form C")
        return key

    return validated


SlugText = Annotated[Slug, AfterValidator(travelling_key)]
"""A slug that a caller chooses."""


def _not_an_id(key: str) -> str:
    if parse_id(key):
        raise SafeValueError("has the form of an id; choose a name, since keys and ids share one address")
    return key


ResourceKey = Annotated[SlugText, AfterValidator(_not_an_id)]
"""A slug by which a resource is addressed beside its id."""

SystemText = Annotated[SystemName, AfterValidator(travelling_key)]
"""The name of a source system."""

FactIdText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description="The fact's key in its system: no personal data, no blank and no slash",
        json_schema_extra={"pattern": r"^[^\s/\x00-\x1f\x7f]+$"},
        examples=["536365"],
    ),
    AfterValidator(_key(r"[^\s/]+", 200)),
]
"""The id of a fact or a case in its source system."""

ExternalIdText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description="The customer's key in its system: no personal data and no slash",
        json_schema_extra={"pattern": r"^[^/\x00-\x1f\x7f]+$"},
        examples=["17850"],
    ),
    AfterValidator(_key(r"[^/]+", 200)),
]
"""The id of a customer in a source system."""

SkuText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=80,
        description="The shop's article number: no personal data",
        json_schema_extra={"pattern": r"^[^\x00-\x1f\x7f]+$"},
        examples=["85123A"],
    ),
    AfterValidator(_key(r".+", 80)),
]
"""The number of an article."""
