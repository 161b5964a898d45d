"""References from a fact to another fact."""

import re
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from lealtad.http import InvalidField, invalid
from lealtad.keys import as_stored
from lealtad.scalars import parse_id

_BY_SOURCE = re.compile(r"([a-z0-9-]{1,40}):([^\s/\x00-\x1f\x7f]{1,200})")


@dataclass(frozen=True, slots=True)
class Source:
    """The source of a fact: the system and the id of the fact there; unique for ever."""

    system: str
    fact_id: str


def parse_fact_ref(text: str, pointer: str) -> UUID | Source:
    """Parse an id (UUID) or `system:fact_id`; raise 422, pointing at `pointer`, for anything else.

    The fact id is normalised as at its intake.
    """
    text = as_stored(text)
    if match := _BY_SOURCE.fullmatch(text):
        return Source(match[1], match[2])
    if fact_id := parse_id(text):
        return fact_id
    hint = "the id we answered with, or system:fact_id such as web-shop:536365"
    error = InvalidField(pointer=pointer, message="names no fact", hint=hint)
    raise invalid("Name the fact by id or by system:fact_id.", [error])


@dataclass(frozen=True, slots=True)
class FactRefs:
    """References to facts, split into ids and sources for SQL."""

    ids: tuple[UUID, ...]
    sources: tuple[Source, ...]

    @classmethod
    def of(cls, refs: "set[UUID | Source]") -> Self:
        """Return `refs`, split."""
        return cls(
            tuple(ref for ref in refs if isinstance(ref, UUID)),
            tuple(ref for ref in refs if isinstance(ref, Source)),
        )

    def parameters(self) -> dict[str, list[object]]:
        """Return them as SQL parameters."""
        return {
            "ids": list(self.ids),
            "systems": [source.system for source in self.sources],
            "fact_ids": [source.fact_id for source in self.sources],
        }
