"""Warnings in answers: what was accepted but can match nothing as things are now."""

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import BaseModel, Field

from lealtad.http.problem import InvalidField, invalid
from lealtad.mismatches import MOST_KNOWN, Mismatch


class FieldWarning(BaseModel):
    """A value that was accepted although it matches nothing now."""

    pointer: str = Field(description="Where: JSON Pointer (RFC 6901) into the request", examples=["/rule/value"])
    message: str = Field(description="What cannot match", examples=["no customer has the country 'FR'"])
    known: list[str] = Field(
        max_length=MOST_KNOWN, description="Known values, the nearest first", examples=[["ES", "CO"]]
    )

    @classmethod
    def of(cls, mismatch: Mismatch) -> Self:
        """Return the warning about a mismatch."""
        return cls(pointer=mismatch.pointer, message=mismatch.message, known=list(mismatch.known))


FieldWarnings = Annotated[
    list[FieldWarning],
    Field(description="What was accepted but can match no customer as things are now; empty where there is nothing"),
]


def warnings_of(mismatches: Iterable[Mismatch]) -> list[FieldWarning]:
    """Return the warnings about values of open lists; raise 422 where values are in no closed list."""
    found = list(mismatches)
    errors = [_invalid_field(mismatch) for mismatch in found if mismatch.refused]
    if errors:
        raise invalid("Correct the values that can match nothing, and send the document again.", errors)
    return [FieldWarning.of(mismatch) for mismatch in found]


def _invalid_field(mismatch: Mismatch) -> InvalidField:
    hint = f"one of {', '.join(mismatch.known)}" if mismatch.known else None
    return InvalidField(pointer=mismatch.pointer, message=mismatch.message, hint=hint)
