"""SQL of facts that wait for the fact that they name."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import text

from customer_profile.facts.kinds.fact_batch import PendingFact
from customer_profile.facts.kinds.fact_ref import FactRefs, Source
from lealtad.db import Connection
from lealtad.events.cause import Lane
from lealtad.http import Problem

SOURCES = "unnest(CAST(:systems AS text[]), CAST(:fact_ids AS text[]))"
# The awaited fact and the facts that wait for it may come at the same time. Neither sees the other before its commit,
# so that they take turns. The order of the keys prevents deadlocks.
LOCK = text(f"""
    SELECT pg_advisory_xact_lock(key)
    FROM (
        SELECT DISTINCT hashtextextended('awaited fact ' || system || ':' || fact_id, 0) AS key
        FROM {SOURCES} AS named (system, fact_id)
        ORDER BY key
    ) AS keys
""")
FIND = text(f"""
    SELECT pending_fact.*
    FROM pending_fact
    JOIN {SOURCES} AS named (waits_for_system, waits_for_fact_id) USING (waits_for_system, waits_for_fact_id)
    ORDER BY occurred_at, source_fact_id, source_system
""")
INSERT = text("""
    WITH inserted AS (
        INSERT INTO pending_fact (
            id, kind, source_system, source_fact_id, waits_for_system, waits_for_fact_id, occurred_at, recorded_at,
            lane, fingerprint, request, data
        )
        SELECT
            id, kind, source_system, source_fact_id, waits_for_system, waits_for_fact_id, occurred_at, recorded_at,
            lane, fingerprint, CAST(request AS jsonb), CAST(data AS jsonb)
        FROM unnest(
            CAST(:ids AS uuid[]), CAST(:kinds AS text[]), CAST(:systems AS text[]), CAST(:fact_ids AS text[]),
            CAST(:awaited_systems AS text[]), CAST(:awaited_fact_ids AS text[]), CAST(:occurred_at AS timestamptz[]),
            CAST(:recorded_at AS timestamptz[]), CAST(:lanes AS text[]), CAST(:fingerprints AS bytea[]),
            CAST(:requests AS text[]), CAST(:data AS text[])
        ) AS new (
            id, kind, source_system, source_fact_id, waits_for_system, waits_for_fact_id, occurred_at, recorded_at,
            lane, fingerprint, request, data
        )
        ORDER BY source_system, source_fact_id
        ON CONFLICT (source_system, source_fact_id) DO NOTHING
        RETURNING id
    )
    SELECT count(*) FROM inserted
""")
DELETE = text(f"""
    DELETE FROM pending_fact USING {SOURCES} AS named (system, fact_id)
    WHERE source_system = named.system AND source_fact_id = named.fact_id
""")
REFUSE = text("""
    UPDATE pending_fact SET data = pending_fact.data || CAST(refused.data AS jsonb)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:data AS text[])) AS refused (id, data)
    WHERE pending_fact.id = refused.id
""")


async def lock_awaited(connection: Connection, sources: Collection[Source]) -> None:
    """Lock the facts of these sources, recorded or not, until the transaction ends."""
    await connection.execute(LOCK, _parameters(sources))


async def find_waiting(connection: Connection, sources: Collection[Source]) -> dict[Source, list[PendingFact]]:
    """Return the facts that wait for the facts of these sources, in the order of business time."""
    found: dict[Source, list[PendingFact]] = {}
    for row in await connection.execute(FIND, _parameters(sources)):
        fact = _pending_fact(row)
        found.setdefault(fact.waits_for, []).append(fact)
    return found


async def insert(connection: Connection, facts: Sequence[PendingFact]) -> int:
    """Insert facts that wait; return the number of those that no concurrent transaction had inserted before."""
    inserted: int = await connection.scalar(
        INSERT,
        {
            "ids": [fact.id for fact in facts],
            "kinds": [fact.kind for fact in facts],
            "systems": [fact.source.system for fact in facts],
            "fact_ids": [fact.source.fact_id for fact in facts],
            "awaited_systems": [fact.waits_for.system for fact in facts],
            "awaited_fact_ids": [fact.waits_for.fact_id for fact in facts],
            "occurred_at": [fact.occurred_at for fact in facts],
            "recorded_at": [fact.recorded_at for fact in facts],
            "lanes": [fact.lane for fact in facts],
            "fingerprints": [fact.fingerprint for fact in facts],
            "requests": [orjson.dumps(fact.request).decode() for fact in facts],
            "data": [orjson.dumps(fact.data).decode() for fact in facts],
        },
    )
    return inserted


async def delete(connection: Connection, sources: Collection[Source]) -> None:
    """Delete the facts of these sources, which wait no longer."""
    await connection.execute(DELETE, _parameters(sources))


async def refuse(connection: Connection, refused: Sequence[tuple[PendingFact, Problem]]) -> None:
    """Update why facts stay without an effect though the fact that they waited for has come."""
    reasons: list[Mapping[str, Any]] = [
        {"no_effect_reason": {"code": problem.slug, "text": problem.detail}} for _, problem in refused
    ]
    parameters = {
        "ids": [fact.id for fact, _ in refused],
        "data": [orjson.dumps(reason).decode() for reason in reasons],
    }
    await connection.execute(REFUSE, parameters)


def _pending_fact(row: Any) -> PendingFact:
    return PendingFact(
        id=row.id,
        kind=row.kind,
        source=Source(row.source_system, row.source_fact_id),
        waits_for=Source(row.waits_for_system, row.waits_for_fact_id),
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        lane=Lane(row.lane),
        fingerprint=bytes(row.fingerprint),
        request=row.request,
        data=row.data,
    )


def _parameters(sources: Collection[Source]) -> dict[str, list[object]]:
    parameters = FactRefs((), tuple(sources)).parameters()
    return {name: parameters[name] for name in ("systems", "fact_ids")}
