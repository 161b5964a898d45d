"""Swap the rebuilt tables with the live ones, in one transaction."""

import asyncio
from collections.abc import Mapping

from sqlalchemy import text

from lealtad.db import Connection
from lealtad.errors import is_transient
from lealtad.kafka.consume import positions
from lealtad.kafka.offsets import TopicPartition
from lealtad.kafka.recovery.rebuild import structure
from lealtad.kafka.recovery.rebuild.folding import Folding
from lealtad.kafka.recovery.rebuild.history import History
from lealtad.unit_of_work import Database, Phase, UnitOfWork

TAIL_S = 10.0
"""How long the last records may take, while the worker waits."""

# Whoever writes derived tables first writes one of these: a batch its positions, a replay its dead letter. Waiting for
# whole tables, a worker and the rebuild never hold rows that the other wants.
HOLD_WORKERS = text("LOCK TABLE consumer_position, dead_letter IN EXCLUSIVE MODE")


class TakeOver:
    """The step that swaps the tables once the worker's positions and the rebuild's are the same."""

    def __init__(self, database: Database, history: History, folding: Folding, group: str, cluster: str) -> None:
        self._database = database
        self._history = history
        self._folding = folding
        self._group = group
        self._cluster = cluster

    async def limits(self, connection: Connection) -> dict[TopicPartition, int]:
        """Return where the live worker stands."""
        return await positions.read(connection, self._group, self._history.first, self._cluster)

    async def attempt(self) -> bool:
        """Fold the last records while the workers wait, and swap, in one transaction; return False without the locks.

        Readers do not wait: a statement that began before reads the former tables, the next reads the new ones.
        """
        at = dict(self._history.at)
        try:
            async with self._database.begin(phase=Phase.PROJECT) as uow:
                await uow.connection.execute(HOLD_WORKERS)
                limits = await self.limits(uow.connection)
                async with asyncio.timeout(TAIL_S):
                    await self._fold_rest(uow, limits)
                await self._folding.fold_replayed(uow)
                await structure.swap(uow.connection)
        except Exception as error:
            if not is_transient(error):
                raise
            self._history.rewind(at)
            return False
        return True

    async def _fold_rest(self, uow: UnitOfWork, limits: Mapping[TopicPartition, int]) -> None:
        while remaining := self._history.remaining(limits):
            records = await self._history.read(limits, remaining)
            await self._folding.fold_in(uow, self._folding.understand(records))
