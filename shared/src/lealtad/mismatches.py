"""Values of a rule that match nothing, with the known values beside them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Self

MOST_KNOWN = 20
"""Known values that a mismatch names."""
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}")
_MOST_DIGITS = 4
"""Of a value that is repeated: a number of a person has more."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A place of a document that no customer can meet.

    `refused` says that the list of possible values is closed and does not hold the value. Then the document is wrong.
    Otherwise the value may become known later, and the document is only doubtful.
    """

    pointer: str
    """JSON Pointer into the document."""
    message: str
    known: tuple[str, ...] = ()
    """The known values, the nearest first, at most `MOST_KNOWN`."""
    refused: bool = False

    @classmethod
    def of(cls, pointer: str, message: str, value: str, known: Iterable[str], *, refused: bool = False) -> Self:
        """Return the mismatch of `value`, with the nearest of the `known` values."""
        return cls(pointer, message, nearest_first(value, known), refused)


def nearest_first(value: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return at most `MOST_KNOWN` of the known values: the most similar to `value` first, equal ones by name."""
    wanted = value.casefold()
    return tuple(sorted(set(known), key=lambda name: (-_similarity(name.casefold(), wanted), name))[:MOST_KNOWN])


def _similarity(name: str, wanted: str) -> float:
    return SequenceMatcher(None, name, wanted).ratio()


def quoted(value: str) -> str:
    """Return `value` in quotes after a blank where it is a code; any other text of a request is not repeated."""
    digits = sum(character.isdigit() for character in value)
    return f" '{value}'" if digits <= _MOST_DIGITS and _CODE.fullmatch(value) else ""
