"""Routes that every service has for its operators: progress, traces, dead letters."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from aiokafka.errors import KafkaError
from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from lealtad.app.runtime import Runtime
from lealtad.clock import system_now
from lealtad.db import Row
from lealtad.http import (
    Answer,
    Command,
    Page,
    PageQuery,
    PageWanted,
    Query,
    RequestBody,
    conflict,
    not_found,
    problems,
    reads,
    writes,
)
from lealtad.http.keys import impersonal_text
from lealtad.journal import trace
from lealtad.kafka.client.group_members import members
from lealtad.kafka.consume import dead_letters
from lealtad.kafka.consume.progress import Progress, read_progress
from lealtad.scalars import Identifier
from lealtad.unit_of_work import UnitOfWork

EventId = Annotated[Identifier, Path(description="Id of an event, a fact or a due action")]
ReasonText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(impersonal_text),
    Field(description="For operators; nothing about a person", examples=["Sent by a test of the till software"]),
]
DeadLetterId = Annotated[Identifier, Path(description="Id of a dead letter, as they are listed")]


class Trace(BaseModel):
    """What this service did with one event, fact or due action."""

    service: str
    event_id: UUID
    known: bool = Field(description="False: never seen here, not seen yet, or pruned")
    kind: str | None = Field(default=None, examples=["event", "fact", "due"])
    type: str | None = None
    key: UUID | None = None
    parent_id: UUID | None = None
    outcome: str | None = Field(default=None, examples=["applied", "coalesced", "ignored", "dead"])
    detail: str | None = Field(default=None, description="Why it had no effect, or what came of it")
    coalesced_into: UUID | None = Field(default=None, description="The event that stands for this one too")
    emitted: list[UUID] = Field(default_factory=list, description="Events it led to: trace these next")
    business_at: datetime | None = None
    stored_at: datetime | None = None
    journal_since: datetime = Field(description="What was handled before is forgotten by and by")


class DeadLetter(BaseModel):
    """A record this service could not handle."""

    id: UUID
    event_id: UUID | None
    topic: str
    partition: int
    offset: int
    reason: str
    stored_at: datetime
    replay_requested_at: datetime | None
    replayed_at: datetime | None
    discarded_at: datetime | None
    discarded_by: str | None = Field(description="Technical name of the caller who discarded it")
    discard_reason: str | None


class RequestedReplay(BaseModel):
    """What the worker is asked to do with a dead letter."""

    id: UUID
    replay: Literal["requested"] = "requested"


class DiscardedDeadLetter(BaseModel):
    """A dead letter that is closed without having been handled."""

    id: UUID
    discarded: Literal[True] = True


class DiscardRequest(RequestBody):
    """Why a dead letter is never to be handled."""

    reason: ReasonText


def progress_routes(
    process: str, paused: Callable[[], Sequence[str]] = tuple, hurry: Callable[[], None] = lambda: None
) -> APIRouter:
    """Return `/progress`; who asks is about to wait, so that `hurry` is called."""
    router = APIRouter(tags=["operations"])

    @router.get("/progress")
    async def progress(request: Request, _: Annotated[Query, Depends(reads("operations:read"))]) -> Progress:
        """Show how far the service has come.

        Settled means: outbox empty, every position at its end offset, nothing waiting, nothing due.
        """
        hurry()
        runtime: Runtime = request.app.state.runtime
        service = runtime.service
        found = await read_progress(
            runtime.database,
            runtime.lookout,
            service.reader,
            runtime.group,
            service.require_stream().due_actions,
            process=process,
            paused=paused(),
        )
        # Workers are asked many times a second by who waits until all is settled, the API by people.
        if process == "api" and found.lag is not None:
            found.workers = await _workers(runtime)
        return found

    return router


def operations_router(service: str, journal_days: int) -> APIRouter:
    """Return the trace and dead-letter routes of `service`, which keeps its journal for so many days."""
    router = APIRouter(prefix="/v1", tags=["operations"])

    @router.get("/events/{event_id}/trace", response_model=Trace)
    async def trace_event(event_id: EventId, query: Annotated[Query, Depends(reads("traces:read"))]) -> Response:
        """Show what this service did with an event.

        Ask the other services for the ids in `emitted` to follow it on; `lealtad trace` does that.
        """
        since = system_now() - timedelta(days=journal_days)
        return await query.run(lambda uow: _trace(uow, service, event_id, since))

    @router.get("/dead-letters", response_model=Page[DeadLetter])
    async def list_dead_letters(
        page: PageWanted, query: Annotated[Query, Depends(reads("dead-letters:read"))]
    ) -> Response:
        """List dead letters.

        Contents are not shown, since they may be personal: they are in the database and on the dead-letter topic.
        """
        return await query.run(lambda uow: _dead_letters(uow, page))

    @router.get("/dead-letters/{dead_letter_id}", response_model=DeadLetter, responses=problems(404))
    async def read_dead_letter(
        dead_letter_id: DeadLetterId, query: Annotated[Query, Depends(reads("dead-letters:read"))]
    ) -> Response:
        """Show one dead letter, open or closed, without its content."""
        return await query.run(lambda uow: _read_dead_letter(uow, dead_letter_id))

    @router.post("/dead-letters/{dead_letter_id}/replay", response_model=RequestedReplay, responses=problems(404))
    async def replay_dead_letter(
        dead_letter_id: DeadLetterId, command: Annotated[Command, Depends(writes("dead-letters:write"))]
    ) -> Response:
        """Try a dead letter again.

        The worker does so within a second or two; if it fails again it is a dead letter again.
        """
        return await command.run(lambda uow: _request_replay(uow, dead_letter_id))

    @router.post(
        "/dead-letters/{dead_letter_id}/discard", response_model=DiscardedDeadLetter, responses=problems(404, 409)
    )
    async def discard_dead_letter(
        dead_letter_id: DeadLetterId,
        body: DiscardRequest,
        command: Annotated[Command, Depends(writes("dead-letters:write"))],
    ) -> Response:
        """Close a dead letter without handling it.

        The record stays without effect, in a rebuild too; the journal of its event names who discarded it and why. A
        replay opens the dead letter again.
        """
        return await command.run(lambda uow: _discard(uow, dead_letter_id, command.principal.subject, body.reason))

    return router


async def _workers(runtime: Runtime) -> list[str] | None:
    try:
        return await members(runtime.settings, runtime.group)
    except (KafkaError, OSError, TimeoutError):
        return None


async def _trace(uow: UnitOfWork, service: str, event_id: UUID, since: datetime) -> Answer:
    row = await trace.read(uow.connection, event_id)
    if row is None:
        return Answer(Trace(service=service, event_id=event_id, known=False, journal_since=since))
    fields = {name: value for name, value in row.items() if name in Trace.model_fields}
    return Answer(Trace(service=service, known=True, journal_since=since, **fields))


async def _dead_letters(uow: UnitOfWork, query: PageQuery) -> Answer:
    after = query.after(UUID)
    rows = await dead_letters.page(uow.connection, after[0] if after else None, query.limit)
    return Answer(Page.of(rows, query.limit, cursor_of=lambda row: (row.id,), item_of=_dead_letter))


async def _read_dead_letter(uow: UnitOfWork, identity: UUID) -> Answer:
    row = await dead_letters.read(uow.connection, identity)
    if row is None:
        raise not_found("dead letter", str(identity))
    return Answer(_dead_letter(row))


def _dead_letter(row: Row) -> DeadLetter:
    return DeadLetter.model_validate(row, from_attributes=True)


async def _request_replay(uow: UnitOfWork, identity: UUID) -> Answer:
    if not await dead_letters.request_replay(uow.connection, identity):
        raise not_found("dead letter", str(identity))
    return Answer(RequestedReplay(id=identity))


async def _discard(uow: UnitOfWork, identity: UUID, by: str, reason: str) -> Answer:
    if await dead_letters.discard(uow.connection, identity, by, reason):
        return Answer(DiscardedDeadLetter(id=identity))
    if not await dead_letters.exists(uow.connection, identity):
        raise not_found("dead letter", str(identity))
    raise conflict(
        "dead-letter-closed",
        "The dead letter is closed",
        "It was handled by a replay, or discarded, since it was listed. List the dead letters again.",
    )
