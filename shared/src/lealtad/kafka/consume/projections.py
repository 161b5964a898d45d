"""The functions that fold events into derived state, by event type."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from lealtad.events.envelope import Event
from lealtad.events.model import EventData
from lealtad.unit_of_work import Touched, UnitOfWork

Project = Callable[[UnitOfWork, Sequence[Event[Any]]], Awaitable[None]]
"""Folds events of any customers, in any order, into derived tables.

Must write schema `derived` alone, emit nothing, and give the same rows for the same events in any order, once or twice.
Must not block; awaits the database alone. Raises PermanentError for a record that can never be folded; any other error
isolates the record by halving the batch. Called once per function and batch, in the batch's transaction, and by a
rebuild on empty tables.
"""
React = Callable[[UnitOfWork, Touched], Awaitable[None]]
"""Compares stored with announced state for the touched customers, and emits the differences.

Must depend on stored state and `uow.now` only, never on how events were batched, and handle all customers at once. Must
not block. Raises as `Project`; a customer whose reaction fails alone is tried again every minute. Called after the
projections in the same transaction, later for deferred customers, and for every customer after a rebuild.
"""


class Projections:
    """A service's project functions by event type; one function may take several types."""

    def __init__(self) -> None:
        self._by_type: dict[str, Project] = {}

    def on(self, *types: type[EventData]) -> Callable[[Project], Project]:
        """Register the decorated function for `types`."""

        def register(function: Project) -> Project:
            for event_type in types:
                if event_type.type in self._by_type:
                    raise ValueError(f"{event_type.type} has a projection already")
                self._by_type[event_type.type] = function
            return function

        return register

    @property
    def types(self) -> frozenset[str]:
        """The event types that are folded."""
        return frozenset(self._by_type)

    async def run(self, uow: UnitOfWork, events: Sequence[Event[EventData]]) -> None:
        """Fold `events`: one call per function with all its events, in their order."""
        groups: dict[Project, list[Event[EventData]]] = {}
        for event in events:
            groups.setdefault(self._by_type[event.type], []).append(event)
        for project, group in groups.items():
            await project(uow, group)
