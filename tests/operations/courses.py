"""Courses of a stack in simulated time, made from scrapes of a real one: a healthy one, and one for each alert."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from .samples import Labels, Scrape

STEP_S = 60
ADVANCING = ("_total", "_count", "_sum", "_bucket")
STUCK = "campaigns"
"""The service whose metrics are changed, from the first simulated minute on."""
Course = Iterator[tuple[float, Scrape]]
Change = Callable[[dict[tuple[str, Labels], float], Scrape, float], None]
"""A change of one scrape, given the first one and the minutes since then."""


def series_of(text: str, service: str, instance: str) -> dict[tuple[str, Labels], float]:
    """Return a scrape of one process, with the labels and the metric that Prometheus adds."""
    target = {"service": service, "instance": instance}
    series = {
        (sample.name, frozenset({**sample.labels, **target}.items())): float(sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("lealtad_") and not sample.name.endswith("_created")
    }
    return {**series, ("up", frozenset(target.items())): 1.0}


def healthy(before: Scrape, after: Scrape, hours: float) -> Course:
    """Yield a course in which each minute brings what came between two scrapes.

    Each loop turns as late as it may: its age grows up to its limit. A course of many hours has fewer scrapes.
    """
    limits = {labels: value for (name, labels), value in after.items() if name == "lealtad_loop_limit_seconds"}
    for minute in range(0, math.ceil(hours * 60) + 1, 1 if hours < 2 else 5):
        scrape = dict(after)
        for (name, labels), value in after.items():
            if name.endswith(ADVANCING):
                scrape[name, labels] = value + minute * max(0, value - before.get((name, labels), value))
            elif name == "lealtad_loop_turn_age_seconds":
                scrape[name, labels] = minute * STEP_S % limits[labels]
        yield minute * STEP_S, scrape


@dataclass(frozen=True)
class Case:
    """What is wrong while an alert fires, and how long one has to look."""

    change: Change
    hours: float = 0.5


def stuck(case: Case, before: Scrape, after: Scrape) -> Course:
    """Yield the healthy course of one service with the change of a case."""
    mine = {key: value for key, value in after.items() if ("service", STUCK) in key[1]}
    first: Scrape = {}
    for time, scrape in healthy(before, mine, case.hours):
        changed = dict(scrape)
        first = first or scrape
        if time:
            case.change(changed, first, time / STEP_S)
        yield time, changed


def shows(name: str, value: float, **labels: str) -> Change:
    """Return a change that sets a gauge."""
    return _set(name, labels, lambda _first, _minutes: value)


def counts(name: str, every_minutes: float, most: float = math.inf, **labels: str) -> Change:
    """Return a change that counts a counter on, by 1 in so many minutes."""
    return _set(name, labels, lambda first, minutes: first + min(most, minutes // every_minutes))


def _set(name: str, labels: Mapping[str, str], value: Callable[[float, float], float]) -> Change:
    def change(scrape: dict[tuple[str, Labels], float], first: Scrape, minutes: float) -> None:
        found = [key for key in scrape if key[0] == name and labels.items() <= dict(key[1]).items()]
        assert found, f"no process shows {name} {labels}"
        scrape[found[0]] = value(first[found[0]], minutes)

    return change


def _worker_is_gone(scrape: dict[tuple[str, Labels], float], first: Scrape, minutes: float) -> None:
    for name, labels in list(scrape):
        if ("instance", f"{STUCK}-worker-0") in labels:
            del scrape[name, labels]
            if name == "up":
                scrape[name, labels] = 0


def _answers_fail(scrape: dict[tuple[str, Labels], float], first: Scrape, minutes: float) -> None:
    target = {"service": STUCK, "instance": f"{STUCK}-api", "route": "/v1/offers", "method": "GET", "status": "500"}
    scrape["lealtad_http_requests_total", frozenset(target.items())] = minutes


def _answers_are_slow(scrape: dict[tuple[str, Labels], float], first: Scrape, minutes: float) -> None:
    for name, labels in list(scrape):
        if name == "lealtad_http_request_seconds_bucket":
            is_reached = float(dict(labels)["le"]) > 2
            scrape[name, labels] = first[name, labels] + (minutes if is_reached else 0)


def _housekeeping_stands(scrape: dict[tuple[str, Labels], float], first: Scrape, minutes: float) -> None:
    shows("lealtad_loop_limit_seconds", 3630, loop="housekeeping")(scrape, first, minutes)
    shows("lealtad_loop_turn_age_seconds", minutes * STEP_S, loop="housekeeping")(scrape, first, minutes)


CASES: dict[str, Case] = {
    "OutboxNotRelayed": Case(shows("lealtad_outbox_oldest_seconds", 31)),
    "OutboxGrows": Case(shows("lealtad_outbox_rows", 10_000)),
    "ConsumerBehind": Case(shows("lealtad_consumer_lag", 10_001, topic="activity")),
    "BackfillDoesNotEnd": Case(shows("lealtad_consumer_lag", 1, topic="activity-backfill"), hours=6.1),
    "ConsumerStandsStill": Case(shows("lealtad_consumer_paused_partitions", 1)),
    "DeadLetters": Case(counts("lealtad_dead_letters_total", 1, most=1, topic="activity")),
    "WorkersHeld": Case(shows("lealtad_held", 1)),
    "RelayFails": Case(counts("lealtad_relay_failures_total", 1)),
    "DueWorkWaits": Case(shows("lealtad_due_backlog", 1, action="expire-reservations")),
    "DueActionFails": Case(counts("lealtad_due_failures_total", 1, most=1, action="expire-reservations")),
    "DueRowsSetAside": Case(counts("lealtad_due_rows_set_aside_total", 1, most=1, action="expire-reservations")),
    "LongSnapshot": Case(shows("lealtad_oldest_snapshot_seconds", 61)),
    "HousekeepingFails": Case(counts("lealtad_housekeeping_failures_total", 60), hours=3.1),
    "ProcessDown": Case(_worker_is_gone),
    "LoopStuck": Case(_housekeeping_stands, hours=1.1),
    "ServerErrors": Case(_answers_fail),
    "SlowAnswers": Case(_answers_are_slow),
}
"""For each alert what it names, as small as it may be."""
