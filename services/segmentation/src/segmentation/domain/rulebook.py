"""The rulebook: all definitions, the policy and the boundaries that an evaluation obeys."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self
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
    """The versions in force, those in preparation, and the ranking by value."""

    active: tuple[Definition, ...]
    preparing: tuple[Definition, ...]
    policy: ValuePolicy
    boundaries: Boundaries | None
    """None: there were never enough buyers to compute them."""
    archived: tuple[Definition, ...] = ()
    """Out of force; some customers may still be announced as members."""

    def definition(self, segment_id: UUID) -> Definition:
        """Return the version of a segment that is, or last was, in force; raise KeyError where none is."""
        return self._by_segment[segment_id]

    @property
    def rules(self) -> list[Rule]:
        """Return the rules in force, then those in preparation."""
        return [definition.rule for definition in (*self.active, *self.preparing)]

    def with_active(self, added: Definition) -> Self:
        """Return the rulebook after `added` has replaced the version in force of its segment."""
        others = [definition for definition in self.active if definition.segment_id != added.segment_id]
        return replace(self, active=(*others, added))

    def with_only(self, definition: Definition) -> Self:
        """Return a rulebook with this one definition, and the same ranking by value."""
        return replace(self, active=(definition,), preparing=())

    @cached_property
    def _by_segment(self) -> dict[UUID, Definition]:
        return {definition.segment_id: definition for definition in (*self.archived, *self.active)}
