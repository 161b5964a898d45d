"""Everything an evaluation goes by, at one time."""

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from segmentation.domain.boundaries import Boundaries
from segmentation.domain.rules import Rule
from segmentation.domain.value_policy import ValuePolicy


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of a segment."""

    segment_id: UUID
    key: str
    version: int
    rule: Rule


@dataclass(frozen=True)
class Rulebook:
    """The versions in force, those in preparation, and how value is ranked."""

    active: tuple[Definition, ...]
    preparing: tuple[Definition, ...]
    policy: ValuePolicy
    boundaries: Boundaries | None
    """None: there were never enough buyers to compute them."""
    archived: tuple[Definition, ...] = ()
    """Out of force; customers may still have to be told that they left."""

    def definition(self, segment_id: UUID) -> Definition:
        """Return the version of a segment that is, or last was, in force; KeyError where none is."""
        return self._by_segment[segment_id]

    @cached_property
    def _by_segment(self) -> dict[UUID, Definition]:
        return {definition.segment_id: definition for definition in (*self.archived, *self.active)}
