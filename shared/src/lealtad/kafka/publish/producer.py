"""The one producer: idempotent, acknowledged by all in-sync replicas, used by the relay alone."""

import asyncio

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError

from lealtad.kafka.security import connection_options
from lealtad.settings import ServiceSettings

# Kafka's own limit per record batch; dead letters carry the original bytes, so up to the topics' limit.
MAX_REQUEST_BYTES = 1 << 20


class OutboxProducer(AIOKafkaProducer):  # type: ignore[misc] # aiokafka is not typed
    """A producer whose records stand in the outbox until they are acknowledged, so that it may be abandoned."""

    async def abandon(self) -> None:
        """Close at once and send nothing more.

        `stop` would go on sending for as long as Kafka is away, and a late copy would then follow newer events: on a
        compacted topic it would be the one that stays.
        """
        self._message_accumulator.fail_all(KafkaConnectionError("the producer was abandoned"))
        try:
            await asyncio.gather(self._sender.close(), self.client.close())
        finally:
            # A producer that was abandoned while it started has no sender to close.
            self._closed = True


def create_producer(settings: ServiceSettings, client_id: str) -> OutboxProducer:
    """Return a producer that is not started."""
    return OutboxProducer(
        **connection_options(settings),
        client_id=client_id,
        acks="all",
        enable_idempotence=True,
        linger_ms=0,
        max_batch_size=256 * 1024,
        max_request_size=MAX_REQUEST_BYTES,
        request_timeout_ms=10_000,
    )
