"""The parts of a service: its HTTP interface, its database, its stream of events."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import MetaData

from lealtad.app.housekeeping import Prune
from lealtad.due import DueAction
from lealtad.events.envelope import Event
from lealtad.kafka.consume.projections import Projections, React
from lealtad.kafka.recovery.rebuild import CustomerPage
from lealtad.unit_of_work import Database, UnitOfWork

Restore = Callable[[UnitOfWork, Sequence[Event[Any]]], Awaitable[Iterable[UUID]]]
"""Restores owned state from the service's own published events, in their order per key.

Must be safe to run again, and return the ids of events whose state it cannot restore. Must not block. May raise any
error: the events are then halved, until the one that fails is known and left out. Called by adopt-restore alone, while
the workers stand still.
"""


@dataclass(frozen=True, slots=True)
class HttpPart:
    """The routes of the API. `batch_paths` are those whose bodies are long lists, and may be larger than others."""

    routers: Sequence[APIRouter] = ()
    batch_paths: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class DatabasePart:
    """The tables of the service and what becomes of their rows.

    `on_start` makes what use cases find in `uow.resources`. `prunes` delete rows that the service needs no longer.
    `restore` serves a database restored from a back-up.
    """

    migrations: Path
    metadata: MetaData
    on_start: Callable[[Database, Any], Awaitable[Any]] | None = None
    prunes: Sequence[Prune] = ()
    restore: Restore | None = None


@dataclass(frozen=True, slots=True)
class StreamPart:
    """What the worker does: fold the events that the service reads, react to them, and act when time comes.

    `every_customer` lists whom `react` concerns, a page at a time: all of them are evaluated after a rebuild.
    """

    projections: Projections
    react: React
    due_actions: Sequence[DueAction] = ()
    every_customer: CustomerPage | None = None
