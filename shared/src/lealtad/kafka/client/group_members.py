"""The members of a service's group: the workers at work, as Kafka sees them."""

import asyncio

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code

from lealtad.kafka.security import connection_options
from lealtad.settings import ServiceSettings

TIMEOUT_S = 5.0


async def members(settings: ServiceSettings, group: str) -> list[str]:
    """Return the client ids of the members of `group`, sorted: `<service>-<slot>`.

    A worker that ended without a goodbye stays a member for the session time-out of ten seconds. Raise KafkaError,
    OSError or TimeoutError where Kafka cannot be asked.
    """
    admin = AIOKafkaAdminClient(**connection_options(settings), request_timeout_ms=int(TIMEOUT_S * 1000))
    async with asyncio.timeout(TIMEOUT_S):
        await admin.start()
        try:
            (answer,) = await admin.describe_consumer_groups([group])
        finally:
            await admin.close()
    (described,) = answer.to_object()["groups"]
    if described["error_code"]:
        raise for_code(described["error_code"])(group)
    return sorted(member["client_id"] for member in described["members"])
