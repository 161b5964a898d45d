"""Names on the wire: topics carry the deployment's prefix, groups the service's name."""

from lealtad.settings import ServiceSettings


def topic_on_wire(settings: ServiceSettings, name: str) -> str:
    """Return the full name of our topic `name`."""
    return f"{settings.topic_prefix}.{name}"


def topic_of(settings: ServiceSettings, on_wire: str) -> str:
    """Return our name of the topic that Kafka calls `on_wire`."""
    return on_wire.removeprefix(f"{settings.topic_prefix}.")


def group_of(settings: ServiceSettings, service: str) -> str:
    """Return the consumer group of `service`."""
    return f"{settings.topic_prefix}.{service}"


def dead_letter_topic(topic: str, service: str) -> str:
    """Return our name of the topic that takes what `service` could not handle of `topic`."""
    return f"{topic}.{service}.dlq"
