"""Declarations of metrics: type, labels and one line of explanation."""

from collections.abc import Sequence
from dataclasses import dataclass

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

PREFIX = "lealtad_"
"""Prefix that separates these names from those of other exporters in one Prometheus."""
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Described:
    """A metric in the documentation."""

    name: str
    type: str
    labels: tuple[str, ...]
    meaning: str
    module: str


CATALOGUE: dict[str, Described] = {}
"""Every metric of the modules imported so far, by name."""


def counter(name: str, meaning: str, *labels: str, module: str = "lealtad") -> Counter:
    """Declare a counter; `name` ends in `_total`. Labels have few values; no value identifies a person."""
    if not name.endswith("_total"):
        raise ValueError(f"the name of counter {name} must end in _total")
    _describe(name, "counter", meaning, labels, module)
    return Counter(name, meaning, labels, registry=REGISTRY)


def gauge(name: str, meaning: str, *labels: str, module: str = "lealtad") -> Gauge:
    """Declare a gauge: a value that rises and falls."""
    _describe(name, "gauge", meaning, labels, module)
    return Gauge(name, meaning, labels, registry=REGISTRY)


def histogram(
    name: str, meaning: str, *labels: str, module: str = "lealtad", buckets: Sequence[float] = SECONDS
) -> Histogram:
    """Declare a histogram; its unit is seconds unless `buckets` are given."""
    _describe(name, "histogram", meaning, labels, module)
    return Histogram(name, meaning, labels, registry=REGISTRY, buckets=buckets)


def _describe(name: str, kind: str, meaning: str, labels: tuple[str, ...], module: str) -> None:
    if not name.startswith(PREFIX):
        raise ValueError(f"the name of metric {name} must begin with {PREFIX}")
    if name in CATALOGUE:
        raise ValueError(f"there is a metric {name} already")
    CATALOGUE[name] = Described(name, kind, labels, meaning, module)
