"""Waits of a consumer on purpose: its heartbeat knows of them, and a stop ends them."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from lealtad.kafka.offsets import TopicPartition
from lealtad.observability.health import Heartbeat
from lealtad.observability.metrics import CONSUMER_PAUSED_PARTITIONS


class Standstill:
    """The waits of one consumer; `paused` holds the partitions that stand still now."""

    def __init__(self, heartbeat: Heartbeat) -> None:
        self._heartbeat = heartbeat
        self._stopping = asyncio.Event()
        self.paused: set[TopicPartition] = set()

    @property
    def is_stopping(self) -> bool:
        """Whether the consumer is to end."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """End the present wait, and let no later one begin."""
        self._stopping.set()

    async def rest(self, seconds: float) -> None:
        """Wait for a declared time."""
        self._heartbeat.declare_wait(seconds)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def pause(self, partitions: Iterable[TopicPartition], seconds: float) -> None:
        """Let the partitions stand still for a declared time; heartbeats of the group go on."""
        self.paused = set(partitions)
        CONSUMER_PAUSED_PARTITIONS.set(len(self.paused))
        await self.rest(seconds)
        self.paused = set()
        CONSUMER_PAUSED_PARTITIONS.set(0)
