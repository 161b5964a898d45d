"""The time of each hop of a purchase, from timestamps of its events and records.

Events carry the time of their creation (`ce_time`, inside the transaction), records the time of the relay's send. A
hop in between is the work of one service (polling, batching, evaluation), or the rest of its transaction, the wake-up
and the relay.
"""

from collections.abc import Iterator, Sequence
from statistics import median

from lealtad.events.topics import ACTIVITY, SCORES, SEGMENTS
from lealtad_bench.ours.watch import FOLLOWED, Sample

PRODUCERS = tuple(topic.producer for topic in (ACTIVITY, SCORES, SEGMENTS))
"""Producers of the followed topics, in their order."""


def medians_ms(samples: Sequence[Sample]) -> dict[str, float]:
    """Return the median of each hop in milliseconds, over samples that reached their end."""
    hops: dict[str, list[float]] = {}
    for sample in samples:
        if sample.readable is not None and set(FOLLOWED) <= sample.on_topic.keys():
            for name, seconds in _hops(sample, sample.readable):
                hops.setdefault(name, []).append(seconds)
    return {name: round(median(found) * 1000, 1) for name, found in hops.items()}


def _hops(sample: Sample, readable: float) -> Iterator[tuple[str, float]]:
    since = sample.sent_at.timestamp()
    for service, topic in zip(PRODUCERS, FOLLOWED, strict=True):
        yield f"{service}: until its event is made", sample.emitted[topic] - since
        yield f"{service}: commit, wake-up and relay", sample.on_topic[topic] - sample.emitted[topic]
        since = sample.on_topic[topic]
    yield "campaigns: until the decision is read", readable - since
