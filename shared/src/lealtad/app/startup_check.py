"""The check before a worker begins: its database and Kafka belong together. Until then it stands still and says why."""

import asyncio
from contextlib import suppress

import structlog
from aiokafka.errors import KafkaError

from lealtad.app.runtime import Runtime
from lealtad.errors import is_transient
from lealtad.kafka.client import group_offsets
from lealtad.kafka.client.end_offsets import cluster_id
from lealtad.kafka.consume import positions
from lealtad.kafka.consume.positions import MismatchError
from lealtad.kafka.recovery import consumption_pause, outbox_reconciliation
from lealtad.observability.metrics import HELD

log = structlog.get_logger(__name__)

AGAIN_S = 5.0
VERIFY_S = 120.0


class StartupCheck:
    """The check, again every few seconds, since adopt-restore or a restored topic repairs a mismatch."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def wait(self, stopping: asyncio.Event) -> None:
        """Return once database and Kafka belong together, or when the worker is to stop.

        Where Kafka or the database does not answer, return: the loops wait for them and check again.
        """
        while not stopping.is_set():
            self._declare_wait(VERIFY_S)
            try:
                await require_match(self._runtime)
                await consumption_pause.lift(self._runtime.database)
            except MismatchError as error:
                HELD.set(1)
                log.critical("worker_held", error=type(error).__name__, reason=str(error), again_in_s=AGAIN_S)
                await consumption_pause.put(self._runtime.database, str(error))
                with suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), AGAIN_S)
                continue
            except Exception as error:
                if not (isinstance(error, KafkaError) or is_transient(error)):
                    raise
                log.warning("match_not_verified", error=type(error).__name__)
            break
        HELD.set(0)
        self._declare_wait(0)

    def _declare_wait(self, seconds: float) -> None:
        """Declare a wait of all loops: none has begun, so none is stuck."""
        for heartbeat in self._runtime.health.heartbeats.values():
            heartbeat.declare_wait(seconds)


async def require_match(runtime: Runtime) -> None:
    """Raise a MismatchError unless the positions fit the topics that are read, and the own topics what was emitted."""
    settings, database, group = runtime.settings, runtime.database, runtime.group
    topics = [topic.name for topic in runtime.service.reader.topics]
    cluster, committed, places = await asyncio.gather(
        cluster_id(settings), group_offsets.committed(settings, group), runtime.lookout.ends(topics)
    )
    async with database.read() as uow:
        stored = await positions.read(uow.connection, group, places, cluster)
    # Other workers move on meanwhile: committed offsets are older than the positions, the ends must be newer.
    positions.require_within(stored, await runtime.lookout.ends(topics))
    positions.require_not_older(stored, {place: at for place, at in committed.items() if place in places})
    await outbox_reconciliation.require_known(settings, database, runtime.service.name)
