"""`python -m <package> republish --since TIME`: send again the events that this service emitted, byte by byte.

For topics that lost records or were made anew. Every event keeps its id, sequence, key, headers and bytes, so readers
drop what they know. The events go through the outbox in chunks, each only when the relay is almost through with the
one before: what happens meanwhile waits for one chunk at most.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from lealtad.app.runtime import open_runtime
from lealtad.app.service import Service
from lealtad.clock import system_now
from lealtad.errors import is_transient
from lealtad.observability.logging import configure_logging
from lealtad.outbox import archive
from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Database

log = structlog.get_logger(__name__)

CHUNK = 1000
POLL_S = 0.05
PATIENCE_S = 60.0
"""How long the relay may take for a chunk, failures that pass included."""


Queued = tuple[Sequence[archive.Reached], int]


class RelayStandsStillError(RuntimeError):
    """What was queued is not sent."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "--since", required=True, type=_moment, help="RFC 3339 (UTC without offset): what was stored then or later"
    )


def main(service: Service, arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    settings = service.read_settings()
    configure_logging(service.name, "republish", settings.log_level, settings.log_format)
    try:
        number = asyncio.run(_republish(service, settings, arguments.since))
    except RelayStandsStillError as error:
        sys.stderr.write(f"{service.name}: {error}\n")
        return 1
    sys.stdout.write(f"{service.name}: {number} events are sent again\n")
    return 0


async def _republish(service: Service, settings: ServiceSettings, since: datetime) -> int:
    async with open_runtime(service, settings, "republish") as runtime:
        kept_since = system_now() - timedelta(days=settings.event_archive_days)
        if since < kept_since:
            log.warning("facts_alone_before", derived_events_are_kept_since=kept_since.isoformat())
        return await republish(runtime.database, since)


async def republish(database: Database, since: datetime) -> int:
    """Queue all events stored since then and before now for the relay; return their number.

    Raises RelayStandsStillError when a minute long no chunk goes out; it may then be run again from the time that is
    named.
    """
    until, reached, total = system_now(), archive.Reached(since), 0
    while True:
        chunk, queued = await _patiently(partial(_queue, database, reached, until), reached)
        if not chunk:
            return total
        total, reached = total + queued, chunk[-1]
        log.info("republishing", queued=total, reached=reached.stored_at.isoformat())
        if database.waker:
            database.waker.wake()


async def _queue(database: Database, after: archive.Reached, until: datetime) -> Queued | None:
    """Queue the next chunk; None while the relay has enough to do."""
    async with database.begin() as uow:
        if await archive.count_waiting(uow.connection, CHUNK) >= CHUNK:
            return None
        chunk = await archive.following(uow.connection, after, until, CHUNK)
        return chunk, await archive.queue_again(uow.connection, [place.seq for place in chunk])


async def _patiently(attempt: Callable[[], Awaitable[Queued | None]], reached: archive.Reached) -> Queued:
    for _ in range(int(PATIENCE_S / POLL_S)):
        try:
            if (queued := await attempt()) is not None:
                return queued
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("republish_tries_again", error=type(error).__name__)
        await asyncio.sleep(POLL_S)
    raise RelayStandsStillError(
        f"the outbox did not empty within {PATIENCE_S:.0f} s: start a worker, or see why its relay fails, and "
        f"go on with --since {reached.stored_at.isoformat()}"
    )


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
