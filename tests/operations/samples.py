"""Samples of series, and what Prometheus computes over a range of them."""

import math
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]
Scrape = Mapping[tuple[str, Labels], float]
"""Values of one scrape by metric and labels."""
Samples = list[tuple[float, float]]
"""Time and value, in order of time."""


MATCHERS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda value, wanted: value == wanted,
    "!=": lambda value, wanted: value != wanted,
    "=~": lambda value, wanted: re.fullmatch(wanted, value) is not None,
    "!~": lambda value, wanted: re.fullmatch(wanted, value) is None,
}


@dataclass
class History:
    """The samples of all series. A series that the last scrape lacks has no present value, as in Prometheus."""

    last: float = -math.inf
    series: dict[str, dict[Labels, Samples]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))

    def add(self, time: float, scrape: Scrape) -> None:
        """Add a scrape; `time` only grows."""
        self.last = time
        for (name, labels), value in scrape.items():
            self.series[name][labels].append((time, value))


@dataclass(frozen=True)
class Selector:
    """A metric with matchers of labels."""

    name: str
    matchers: tuple[tuple[str, str, str], ...]

    def ranges(self, history: History, seconds: float) -> dict[Labels, Samples]:
        """Return the samples of the last `seconds`, without the left edge."""
        return {
            labels: samples[bisect_right(samples, history.last - seconds, key=_time) :]
            for labels, samples in history.series.get(self.name, {}).items()
            if _matches(self.matchers, labels)
        }

    def __call__(self, history: History) -> Vector:
        """Return the values of the last scrape."""
        found = history.series.get(self.name, {}).items()
        present = {labels: each[-1][1] for labels, each in found if each[-1][0] == history.last}
        return {labels: value for labels, value in present.items() if _matches(self.matchers, labels)}


@cache
def _matches(matchers: tuple[tuple[str, str, str], ...], labels: Labels) -> bool:
    values = dict(labels)
    return all(MATCHERS[sign](values.get(name, ""), wanted) for name, sign, wanted in matchers)


@cache
def reduced(labels: Labels, names: frozenset[str]) -> Labels:
    """Return the labels of these names."""
    return frozenset(pair for pair in labels if pair[0] in names)


def _time(sample: tuple[float, float]) -> float:
    return sample[0]


def increase(samples: Samples, start: float, end: float) -> float | None:
    """Return the growth of a counter over a range, extrapolated to its edges as Prometheus does."""
    if len(samples) < 2:
        return None
    (first_time, first), (last_time, last) = samples[0], samples[-1]
    resets = sum(before for (_, before), (_, after) in pairwise(samples) if after < before)
    growth = last - first + resets
    span = last_time - first_time
    mean = span / (len(samples) - 1)
    left, right = (gap if gap < 1.1 * mean else mean / 2 for gap in (first_time - start, end - last_time))
    if growth > 0 and first >= 0:
        left = min(left, span * first / growth)
    return growth * (span + left + right) / span


RANGES: dict[str, Callable[[Samples, float, float], float | None]] = {
    "increase": increase,
    "rate": lambda samples, start, end: (
        None if (grown := increase(samples, start, end)) is None else grown / (end - start)
    ),
    "max_over_time": lambda samples, _start, _end: max((value for _, value in samples), default=None),
    "min_over_time": lambda samples, _start, _end: min((value for _, value in samples), default=None),
}
AGGREGATIONS: dict[str, Callable[[list[float]], float]] = {"sum": sum, "max": max, "min": min}


def quantile(share: float, buckets: Vector) -> float:
    """Return a quantile of one histogram, whose buckets are known by the label `le`."""
    bounds = sorted((float(dict(labels)["le"]), count) for labels, count in buckets.items())
    if len(bounds) < 2 or bounds[-1][0] != math.inf or not bounds[-1][1] > 0:
        return math.nan
    rank = share * bounds[-1][1]
    below, before = 0.0, 0.0
    for bound, count in bounds[:-1]:
        if count >= rank:
            return below + (bound - below) * (rank - before) / (count - before)
        below, before = bound, count
    return below
