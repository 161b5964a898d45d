"""Limits of JSON texts, so that a small request cannot cause much work."""

import re
from http import HTTPStatus
from typing import AnyStr

from lealtad.http.problem import Problem
from lealtad.settings import ProcessSettings

# Texts are skipped whole, so that a bracket within a text does not count. A text without an end reaches to the end.
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{\]}]', re.DOTALL)


def is_simple(text: AnyStr, settings: ProcessSettings) -> bool:
    """Return whether `text` holds few enough values, in lists and objects that are not nested too deep.

    The commas give an upper bound of the number of values: counting costs a millisecond for a megabyte.
    """
    lists, objects, commas = (b"[", b"{", b",") if isinstance(text, bytes) else ("[", "{", ",")
    begun = text.count(lists) + text.count(objects)
    if begun + text.count(commas) > settings.max_body_values:
        return False
    return begun <= settings.max_nesting or _depth(text) <= settings.max_nesting


def too_complex(settings: ProcessSettings) -> Problem:
    """Return the 413 of a text that is short enough but holds too many values."""
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "body-too-complex",
        "The body holds too much",
        f"Send at most {settings.max_body_values} values at once, at most {settings.max_nesting} lists and objects "
        "within one another.",
        limit_values=settings.max_body_values,
        limit_nesting=settings.max_nesting,
    )


def _depth(text: AnyStr) -> int:
    # Every octet is a character of Latin-1. Brackets and quotes are the same in UTF-8.
    plain = text.decode("latin-1") if isinstance(text, bytes) else text
    depth = deepest = 0
    for found in _BRACKETS.finditer(plain):
        sign = plain[found.start()]
        if sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest
