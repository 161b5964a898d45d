"""Deferred reactions: which customers wait, until when, and for which causes.

A live event waits a moment for its follow-up. An event of a backfill waits, without a time, for the end of the
backfill, so that a customer is evaluated once for all of it; the customer's next live event ends the wait.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from lealtad.clock import system_now
from lealtad.db import Connection
from lealtad.events.cause import Cause, Lane
from lealtad.unit_of_work import Touched

# The newest 500 causes at most: a reaction that fails for days must not grow with every event, nor one that waits for
# the end of a long history. The oldest of them stands for those before it, too, so that their number stays right.
DEFER = text("""
    INSERT INTO pending_reaction AS pending (partition, key, not_before, causes)
    SELECT partition, key, :not_before, CAST(causes AS jsonb)
    FROM unnest(CAST(:partitions AS int[]), CAST(:keys AS uuid[]), CAST(:causes AS text[]))
        AS new (partition, key, causes)
    ORDER BY partition, key
    ON CONFLICT (partition, key) DO UPDATE
    SET not_before = coalesce(pending.not_before, excluded.not_before),
        causes = (
            SELECT jsonb_set(kept, '{0,root_count}', (
                SELECT to_jsonb(sum(CAST(cause->>'root_count' AS bigint)))
                FROM jsonb_array_elements(joined) WITH ORDINALITY AS listed (cause, place)
                WHERE place <= greatest(jsonb_array_length(joined) - 499, 1)))
            FROM (SELECT pending.causes || excluded.causes) AS told (joined),
                jsonb_path_query_array(joined, '$[last - 499 to last]') AS kept)
""")
POP = """
    DELETE FROM pending_reaction AS pending
    USING unnest(CAST(:waiting_partitions AS int[]), CAST(:waiting_keys AS uuid[])) AS touched (partition, key)
    WHERE pending.partition = touched.partition AND pending.key = touched.key
    RETURNING pending.key, pending.causes
"""
"""Delete the deferred reactions of customers whose follow-up is here; part of the statement that moves positions."""
POP_DUE = text("""
    DELETE FROM pending_reaction WHERE (partition, key) IN (
        SELECT partition, key FROM pending_reaction
        WHERE partition = ANY(CAST(:partitions AS int[])) AND not_before <= :now
        ORDER BY not_before, key LIMIT :limit)
    RETURNING key, causes
""")
POSTPONE_FIRST = text("""
    UPDATE pending_reaction SET not_before = :until WHERE (partition, key) IN (
        SELECT partition, key FROM pending_reaction
        WHERE partition = ANY(CAST(:partitions AS int[])) AND not_before <= :now
        ORDER BY not_before, key LIMIT 1)
    RETURNING key, causes
""")
# In steps, so that live events and reactions come between.
RELEASE = text("""
    UPDATE pending_reaction SET not_before = :now WHERE (partition, key) IN (
        SELECT partition, key FROM pending_reaction
        WHERE partition = ANY(CAST(:partitions AS int[])) AND not_before IS NULL
        LIMIT :limit)
""")
WAITING = text("""
    SELECT min(not_before) AS until, coalesce(bool_or(not_before IS NULL), false) AS backfill
    FROM pending_reaction WHERE partition = ANY(CAST(:partitions AS int[]))
""")


@dataclass(frozen=True, slots=True)
class Waiting:
    """The deferred reactions of some partitions."""

    until: datetime | None
    """When the first reaction that waits for a follow-up is due."""
    backfill: bool
    """Whether any customer waits for the end of a backfill."""


async def defer(
    connection: Connection, waiting: Mapping[tuple[int, UUID], Sequence[Cause]], after_ms: int | None
) -> datetime | None:
    """Defer the reaction to customers by `after_ms` (system time), or to the end of the backfill; return until when.

    A customer who waits already keeps that time; one who waits for a backfill waits no longer than for a follow-up.
    """
    not_before = None if after_ms is None else system_now() + timedelta(milliseconds=after_ms)
    await connection.execute(
        DEFER,
        {
            "partitions": [partition for partition, _ in waiting],
            "keys": [key for _, key in waiting],
            "causes": [orjson.dumps([_as_json(cause) for cause in causes]).decode() for causes in waiting.values()],
            "not_before": not_before,
        },
    )
    return not_before


async def pop_due(connection: Connection, partitions: Iterable[int], limit: int) -> Touched:
    """Delete and return at most `limit` reactions that are due."""
    rows = await connection.execute(POP_DUE, {"partitions": list(partitions), "now": system_now(), "limit": limit})
    return _touched(rows)


async def postpone_first(connection: Connection, partitions: Iterable[int], after_s: float) -> Touched:
    """Defer the first due reaction by `after_s` more; return its customer."""
    now = system_now()
    until = now + timedelta(seconds=after_s)
    rows = await connection.execute(POSTPONE_FIRST, {"partitions": list(partitions), "now": now, "until": until})
    return _touched(rows)


async def release(connection: Connection, partitions: Iterable[int], limit: int) -> int:
    """Make at most `limit` reactions that wait for the end of a backfill due now; return their number."""
    parameters = {"partitions": list(partitions), "now": system_now(), "limit": limit}
    return await connection.affected(RELEASE, parameters)


async def look(connection: Connection, partitions: Iterable[int]) -> Waiting:
    """Return the deferred reactions of `partitions`, as a summary."""
    row = (await connection.execute(WAITING, {"partitions": list(partitions)})).one()
    return Waiting(row.until, row.backfill)


def popped(causes: Mapping[str, Sequence[Mapping[str, Any]]]) -> Touched:
    """Return the reactions that `POP` deleted, from its causes by key."""
    return {UUID(key): [_from_json(cause) for cause in some] for key, some in sorted(causes.items())}


def _touched(rows: Iterable[Any]) -> Touched:
    return {row.key: [_from_json(cause) for cause in row.causes] for row in sorted(rows, key=lambda row: row.key)}


def _as_json(cause: Cause) -> dict[str, Any]:
    return {
        "id": str(cause.id),
        "correlation_id": str(cause.correlation_id),
        "depth": cause.depth,
        "roots": [str(root) for root in cause.roots],
        "root_count": cause.root_count,
        "lane": cause.lane.value,
        "traceparent": cause.traceparent,
    }


def _from_json(value: Mapping[str, Any]) -> Cause:
    return Cause(
        id=UUID(value["id"]),
        correlation_id=UUID(value["correlation_id"]),
        depth=value["depth"],
        roots=tuple(UUID(root) for root in value["roots"]),
        root_count=value["root_count"],
        lane=Lane(value["lane"]),
        traceparent=value["traceparent"],
    )
