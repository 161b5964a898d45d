"""The one producer: idempotent, acknowledged by all in-sync replicas, used by the relay alone."""

from aiokafka import AIOKafkaProducer

from lealtad.settings import ServiceSettings

# Kafka's own limit per record batch; dead letters carry the original bytes, so up to the topics' limit.
MAX_REQUEST_BYTES = 1 << 20


def create_producer(settings: ServiceSettings, client_id: str) -> AIOKafkaProducer:
    """Return a producer that is not started."""
    return AIOKafkaProducer(
        bootstrap_servers=settings.kafka_bootstrap,
        client_id=client_id,
        acks="all",
        enable_idempotence=True,
        linger_ms=0,
        max_batch_size=256 * 1024,
        max_request_size=MAX_REQUEST_BYTES,
        request_timeout_ms=10_000,
    )
