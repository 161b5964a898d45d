"""The metrics of the platform. `docs/metrics.md` is made from them by `python -m lealtad.observability.metrics`.

A service declares its own metrics in a module `metrics.py` with the same three functions. It names that module as an
entry point of the group `lealtad.metrics`, where the documentation finds it.
"""

from lealtad.observability.metrics.catalogue import (
    CATALOGUE,
    REGISTRY,
    Described,
    counter,
    gauge,
    histogram,
)
from lealtad.version import VERSION

BUILD_INFO = gauge("lealtad_build_info", "1, with the version of the process as a label", "version")
BUILD_INFO.labels(version=VERSION).set(1)

HTTP_REQUESTS = counter(
    "lealtad_http_requests_total", "Requests answered, by route template", "method", "route", "status"
)
HTTP_REQUEST_SECONDS = histogram(
    "lealtad_http_request_seconds", "Time from a request's arrival to the end of its answer", "method", "route"
)
HTTP_REFUSALS = counter(
    "lealtad_http_refusals_total",
    "Requests and connections that a port refused before a route saw them (head-size, head-time, body-size, "
    "body-time, body-values, bodies, requests, connections, malformed)",
    "reason",
)
IDEMPOTENT_REPLAYS = counter(
    "lealtad_idempotent_replays_total", "Requests answered with the stored answer of their Idempotency-Key"
)

CONSUMER_EVENTS = counter(
    "lealtad_consumer_events_total",
    "Events consumed, by what became of them (applied, duplicate, ignored, skipped, dead)",
    "topic",
    "outcome",
)
CONSUMER_BATCH_SECONDS = histogram(
    "lealtad_consumer_batch_seconds", "Time of one consumer transaction: project, react, journal, commit"
)
CONSUMER_LAG = gauge("lealtad_consumer_lag", "End offset minus position", "topic", "partition")
CONSUMER_PAUSED_PARTITIONS = gauge(
    "lealtad_consumer_paused_partitions", "Partitions paused after a failure or by the slow lane"
)
CONSUMER_RETRIES = counter("lealtad_consumer_retries_total", "Batches tried again after a transient error")
PENDING_REACTIONS = gauge(
    "lealtad_pending_reactions", "Customers whose evaluation waits for a follow-up event, or for the end of a backfill"
)
DEAD_LETTERS = counter("lealtad_dead_letters_total", "Records put aside as dead letters", "topic")

RELAY_RECORDS = counter("lealtad_relay_records_total", "Outbox rows acknowledged by Kafka", "topic")
RELAY_BATCH_SECONDS = histogram("lealtad_relay_batch_seconds", "Time of one turn of the relay: send and await")
RELAY_FAILURES = counter("lealtad_relay_failures_total", "Turns of the relay that failed and made a new producer")
OUTBOX_ROWS = gauge(
    "lealtad_outbox_rows", "Rows in the outbox, to be sent or sent within the last moments; 10,000 stand for any more"
)
OUTBOX_OLDEST_SECONDS = gauge("lealtad_outbox_oldest_seconds", "Age of the oldest outbox row; 0 when there is none")

HELD = gauge(
    "lealtad_held", "1 while the workers stand still because database and Kafka do not belong together, else 0"
)

DUE_ACTIONS = counter("lealtad_due_actions_total", "Due actions done because time had come", "action")
DUE_ROWS_SET_ASIDE = counter(
    "lealtad_due_rows_set_aside_total", "Rows put off for a day because their due action failed", "action"
)
DUE_FAILURES = counter(
    "lealtad_due_failures_total", "Due actions that failed as a whole and rest for a minute", "action"
)
DUE_BACKLOG = gauge("lealtad_due_backlog", "Rows that are due and not yet taken", "action")

PRUNED_ROWS = counter("lealtad_pruned_rows_total", "Rows forgotten because of their age", "what")
HOUSEKEEPING_FAILURES = counter(
    "lealtad_housekeeping_failures_total", "Hourly prunings that failed, and are tried in an hour"
)
OLDEST_SNAPSHOT_SECONDS = gauge(
    "lealtad_oldest_snapshot_seconds",
    "Age of the oldest snapshot a session of the database holds; 0 when there is none",
)

LOOP_LONGEST_STAND_SECONDS = gauge(
    "lealtad_loop_longest_stand_seconds",
    "Longest time between two turns of a loop since the metrics were last read, without what it waits on purpose",
    "loop",
)
LOOP_TURN_AGE_SECONDS = gauge(
    "lealtad_loop_turn_age_seconds", "Time since a loop last turned; above its limit the process is not alive", "loop"
)
LOOP_LIMIT_SECONDS = gauge(
    "lealtad_loop_limit_seconds", "Time that a loop may take to turn, with what it now waits on purpose", "loop"
)

__all__ = [
    "CATALOGUE",
    "CONSUMER_BATCH_SECONDS",
    "CONSUMER_EVENTS",
    "CONSUMER_LAG",
    "CONSUMER_PAUSED_PARTITIONS",
    "CONSUMER_RETRIES",
    "DEAD_LETTERS",
    "DUE_ACTIONS",
    "DUE_BACKLOG",
    "DUE_FAILURES",
    "DUE_ROWS_SET_ASIDE",
    "HELD",
    "HOUSEKEEPING_FAILURES",
    "HTTP_REFUSALS",
    "HTTP_REQUESTS",
    "HTTP_REQUEST_SECONDS",
    "IDEMPOTENT_REPLAYS",
    "LOOP_LIMIT_SECONDS",
    "LOOP_LONGEST_STAND_SECONDS",
    "LOOP_TURN_AGE_SECONDS",
    "OLDEST_SNAPSHOT_SECONDS",
    "OUTBOX_OLDEST_SECONDS",
    "OUTBOX_ROWS",
    "PENDING_REACTIONS",
    "PRUNED_ROWS",
    "REGISTRY",
    "RELAY_BATCH_SECONDS",
    "RELAY_FAILURES",
    "RELAY_RECORDS",
    "Described",
    "counter",
    "gauge",
    "histogram",
]
