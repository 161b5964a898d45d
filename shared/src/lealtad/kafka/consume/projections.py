"""The functions that fold events into derived state, by event type."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from lealtad.events.envelope import Event
from lealtad.events.model import EventData
from lealtad.unit_of_work import Touched, UnitOfWork

Project = Callable[[UnitOfWork, Sequence[Event[Any]]], Awaitable[None]]
React = Callable[[UnitOfWork, Touched], Awaitable[None]]


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
