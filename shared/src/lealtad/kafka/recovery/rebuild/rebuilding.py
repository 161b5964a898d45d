"""`rebuild`: fold everything again beside the live tables, take their place, evaluate every customer.

It may be interrupted at any moment. Until it takes over, the live tables are untouched, and the next rebuild starts
over with empty ones: a half-built copy may be the work of another release. After that only the sweep is left, which
the next rebuild does again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import structlog

from lealtad.db import Engine
from lealtad.db.engine import plain_dsn, server_settings
from lealtad.db.exclusion import TRY_REBUILD
from lealtad.errors import is_transient
from lealtad.ids import new_id
from lealtad.kafka.client.end_offsets import cluster_id
from lealtad.kafka.consume.batch import Processing
from lealtad.kafka.naming import group_of
from lealtad.kafka.recovery.rebuild import structure
from lealtad.kafka.recovery.rebuild.catching_up import CatchingUp
from lealtad.kafka.recovery.rebuild.errors import RebuildError, patiently
from lealtad.kafka.recovery.rebuild.folding import Folding
from lealtad.kafka.recovery.rebuild.history import History
from lealtad.kafka.recovery.rebuild.progress import Say
from lealtad.kafka.recovery.rebuild.sweep import CustomerPage, Sweep
from lealtad.kafka.recovery.rebuild.takeover import TakeOver
from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Database

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rebuild did, and what it left out."""

    records: int
    unreadable: int
    dead_letters: int
    customers: int
    not_evaluated: int


async def rebuild(
    settings: ServiceSettings,
    database: Database,
    processing: Processing,
    customers: CustomerPage | None,
    say: Say,
) -> Outcome:
    """Rebuild the derived tables of the service that `database` belongs to, while its processes go on.

    `customers` lists whom to evaluate afterwards; None where the service announces nothing about customers.
    Raises RebuildError, with the live tables as they were, unless the reason arose in the sweep.
    """
    async with _alone(settings, database.service):
        folding, records = await _replace(settings, database, processing, say)
        await _drop_former(database)
        evaluated = failed = 0
        if customers:
            sweep = Sweep(database, processing.react, customers, say)
            evaluated = await sweep.run()
            failed = sweep.failed
    return Outcome(records, len(folding.unreadable), len(folding.aside), evaluated, failed)


async def _replace(settings: ServiceSettings, live: Database, processing: Processing, say: Say) -> tuple[Folding, int]:
    """Build the tables anew and put them in place; return what was folded, and the number of records read."""
    group, rebuild_id = group_of(settings, live.service), new_id()
    topics = processing.reader.topics
    cluster = await asyncio.wait_for(cluster_id(settings), 15)
    async with _following(settings, live) as following, History(settings, topics) as history:
        folding = Folding(following, processing, group, rebuild_id)
        take_over = TakeOver(following, history, folding, group, cluster)
        async with following.read() as uow:
            await history.require_complete(await take_over.limits(uow.connection))
        async with following.begin() as uow:
            await structure.make(uow.connection, rebuild_id)
        at_once = settings.rebuild_records
        await CatchingUp(following, history, folding, take_over, at_once=at_once, say=say).run()
        return folding, sum(history.at[place] - first for place, first in history.first.items())


@asynccontextmanager
async def _following(settings: ServiceSettings, live: Database) -> AsyncIterator[Database]:
    """Open the service's database with `derived_next` where SQL means `derived`."""
    url = settings.database_url.get_secret_value()
    engine = Engine(url, application=f"{live.service} rebuild", pool=2, derived=structure.NEXT)
    try:
        yield Database(engine, service=live.service, clock=live.clock, resources=live.resources)
    finally:
        await engine.dispose()


@asynccontextmanager
async def _alone(settings: ServiceSettings, service: str) -> AsyncIterator[None]:
    """Refuse a second rebuild, and migrations, until the end; the lock ends with this process."""
    connection = await asyncpg.connect(
        plain_dsn(settings.database_url.get_secret_value()),
        server_settings=server_settings(f"{service} rebuild lock"),
        timeout=10,
        command_timeout=30,
    )
    try:
        if not await connection.fetchval(TRY_REBUILD):
            raise RebuildError(f"A rebuild or a migration of {service} is running. Wait until it ends.")
        yield
    finally:
        connection.terminate()


async def _drop_former(database: Database) -> None:
    async def drop() -> None:
        async with database.begin() as uow:
            await structure.drop(uow.connection, structure.FORMER)

    try:
        await patiently(drop)
    except Exception as error:
        if not is_transient(error):
            raise
        log.warning("former_tables_stay", error=type(error).__name__, until="the next rebuild")
