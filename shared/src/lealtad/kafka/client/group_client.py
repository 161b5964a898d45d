"""The clients that read topics: as a member of a service's group, and beside it."""

from aiokafka.coordinator.assignors.range import RangePartitionAssignor

from lealtad.kafka.client.reading_client import ReadingClient, create_reading_client
from lealtad.kafka.security import connection_options
from lealtad.settings import ServiceSettings


def create_group_client(settings: ServiceSettings, service: str, group: str) -> ReadingClient:
    """Return a client that is not started, a static member of `group` under the name of its slot."""
    return create_reading_client(
        **connection_options(settings),
        client_id=f"{service}-{settings.instance}",
        group_id=group,
        group_instance_id=f"{group}-{settings.instance}",
        # The same partition numbers of all topics go to one member: a customer has one worker.
        partition_assignment_strategy=(RangePartitionAssignor,),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=10_000,
        heartbeat_interval_ms=1_000,
        max_poll_interval_ms=300_000,
        request_timeout_ms=20_000,
        metadata_max_age_ms=30_000,
    )


def create_backfill_client(settings: ServiceSettings, service: str) -> ReadingClient:
    """Return a client that is not started and in no group: it is told which partitions to read."""
    return create_reading_client(
        **connection_options(settings),
        client_id=f"{service}-{settings.instance}-backfill",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        # Almost always there is nothing, and nothing else is asked through it that would have to wait.
        fetch_max_wait_ms=5_000,
        request_timeout_ms=20_000,
        metadata_max_age_ms=30_000,
    )
