"""Places in Kafka: partitions, and offsets in them."""

from typing import NamedTuple


class TopicPartition(NamedTuple):
    """A partition of one of our topics."""

    topic: str
    partition: int


class OffsetMove(NamedTuple):
    """A position before and after a batch."""

    expected: int
    next_offset: int


class ReachedEnd(NamedTuple):
    """An end of a partition that was read to, and the seconds since it was the end."""

    end: int
    age_s: float
