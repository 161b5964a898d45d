"""SQL of facts and of their customers' totals; always for many facts at once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import text

from customer_profile.facts.kinds.descriptor import NewFact
from customer_profile.facts.kinds.fact_batch import StoredFact
from customer_profile.facts.kinds.fact_ref import FactRefs, Source
from customer_profile.facts.kinds.totals import FIRST, LAST
from customer_profile.facts.models import customer_totals
from lealtad.db import Connection
from lealtad.db.recordset import DIALECT

FIND = text("""
    WITH named AS (
        SELECT * FROM unnest(CAST(:systems AS text[]), CAST(:fact_ids AS text[])) AS by_source (
            source_system, source_fact_id
        )
    )
    SELECT id, kind, customer_id, fingerprint, data, named.*, false AS waits, false AS pending
    FROM named JOIN fact USING (source_system, source_fact_id)
    UNION ALL
    SELECT id, kind, customer_id, fingerprint, data, named.*, true, false
    FROM named JOIN waiting_return USING (source_system, source_fact_id) JOIN fact ON fact.id = return_id
    UNION ALL
    SELECT id, kind, NULL, fingerprint, data, named.*, false, true
    FROM named JOIN pending_fact USING (source_system, source_fact_id)
""")

NAMED = """
    WITH named AS (
        SELECT id FROM unnest(CAST(:ids AS uuid[])) AS by_id (id)
        UNION
        SELECT fact.id
        FROM fact
        JOIN unnest(CAST(:systems AS text[]), CAST(:fact_ids AS text[])) AS by_source (source_system, source_fact_id)
            USING (source_system, source_fact_id)
    )
"""
"""The ids that `FactRefs` name."""

OTHERS = "others"
COLUMNS = {
    column.name: column.type.compile(DIALECT)
    for column in customer_totals.columns
    if column.name not in {"customer_id", OTHERS}
}
"""Totals with a column of their own; the others are in one column of JSON texts, by name."""


def _merged(name: str) -> str:
    if name.startswith(FIRST):
        return f"{name} = least(known.{name}, excluded.{name})"
    if name.startswith(LAST):
        return f"{name} = greatest(known.{name}, excluded.{name})"
    return f"{name} = known.{name} + excluded.{name}"


# The texts of times have one length and one zone, so that they compare as the times do.
MERGED_OTHERS = f"""
    CASE WHEN excluded.{OTHERS} = '{{}}' THEN known.{OTHERS} ELSE (
        SELECT jsonb_object_agg(name, CASE
            WHEN starts_with(name, '{FIRST}') THEN least(old.value COLLATE "C", new.value COLLATE "C")
            WHEN starts_with(name, '{LAST}') THEN greatest(old.value COLLATE "C", new.value COLLATE "C")
            ELSE CAST(
                coalesce(CAST(old.value AS numeric), 0) + coalesce(CAST(new.value AS numeric), 0) AS text
            )
        END)
        FROM jsonb_each_text(known.{OTHERS}) AS old (name, value)
        FULL JOIN jsonb_each_text(excluded.{OTHERS}) AS new (name, value) USING (name)
    ) END
"""
# One statement for both saves a round trip for every purchase that arrives alone. It cannot deadlock in any order:
# facts are written in the order of their sources, and the customers of the totals are locked.
INSERT = text(f"""
    WITH inserted AS (
        INSERT INTO fact (
            id, kind, customer_id, source_system, source_fact_id, occurred_at, recorded_at, fingerprint, lane, sequence,
            data
        )
        SELECT
            id, kind, customer_id, source_system, source_fact_id, occurred_at, recorded_at, fingerprint, lane, sequence,
            CAST(data AS jsonb)
        FROM unnest(
            CAST(:ids AS uuid[]), CAST(:kinds AS text[]), CAST(:customer_ids AS uuid[]), CAST(:systems AS text[]),
            CAST(:fact_ids AS text[]), CAST(:occurred_at AS timestamptz[]), CAST(:recorded_at AS timestamptz[]),
            CAST(:fingerprints AS bytea[]), CAST(:lanes AS text[]), CAST(:sequences AS bigint[]),
            CAST(:data AS text[])
        ) AS new (
            id, kind, customer_id, source_system, source_fact_id, occurred_at, recorded_at, fingerprint, lane, sequence,
            data
        )
        ORDER BY source_system, source_fact_id
        ON CONFLICT ON CONSTRAINT uq_fact_source DO NOTHING
        RETURNING id
    ), counted AS (
        INSERT INTO customer_totals AS known (customer_id, {", ".join(COLUMNS)}, {OTHERS})
        SELECT customer_id, {", ".join(COLUMNS)}, CAST({OTHERS} AS jsonb)
        FROM unnest(
            CAST(:customer_id AS uuid[]),
            {", ".join(f"CAST(:{name} AS {type_}[])" for name, type_ in COLUMNS.items())},
            CAST(:{OTHERS} AS text[])
        ) AS moved (customer_id, {", ".join(COLUMNS)}, {OTHERS})
        ON CONFLICT (customer_id) DO UPDATE SET
            {", ".join(map(_merged, COLUMNS))}, {OTHERS} = {MERGED_OTHERS}
    )
    SELECT count(*) FROM inserted
""")

Moved = Mapping[str, Any]
"""Values of totals by name."""


class FoundFacts(NamedTuple):
    """Facts by the names that were asked for."""

    recorded: dict[Source, StoredFact]
    """Facts with these names."""
    waiting: dict[Source, dict[UUID, StoredFact]]
    """Facts, by id, that wait for a fact with this name."""


async def find_facts(connection: Connection, sources: Iterable[Source]) -> FoundFacts:
    """Return the recorded facts among `sources`, and those that wait for them."""
    parameters = FactRefs((), tuple(dict.fromkeys(sources))).parameters()
    rows = await connection.execute(FIND, {name: parameters[name] for name in ("systems", "fact_ids")})
    found = FoundFacts({}, {})
    for row in rows:
        source = Source(row.source_system, row.source_fact_id)
        stored = StoredFact(row.id, row.kind, row.customer_id, bytes(row.fingerprint), row.data, pending=row.pending)
        if row.waits:
            found.waiting.setdefault(source, {})[row.id] = stored
        elif not (stored.pending and source in found.recorded):
            found.recorded[source] = stored
    return found


async def insert_facts(
    connection: Connection, facts: Sequence[NewFact], sequences: Sequence[int], moved: Mapping[UUID, Moved]
) -> int:
    """Insert facts, and merge what they moved into the totals of their customers, whose rows are locked.

    Return the number of facts that no concurrent transaction had inserted before.
    """
    events = [fact.event for fact in facts]
    inserted: int = await connection.scalar(
        INSERT,
        {
            "ids": [fact.id for fact in facts],
            "kinds": [fact.kind.name for fact in facts],
            "customer_ids": [event.customer_id for event in events],
            "systems": [event.source.system for event in events],
            "fact_ids": [event.source.fact_id for event in events],
            "occurred_at": [event.occurred_at for event in events],
            "recorded_at": [event.recorded_at for event in events],
            "fingerprints": [fact.fingerprint for fact in facts],
            "lanes": [fact.lane for fact in facts],
            "sequences": list(sequences),
            "data": [orjson.dumps(fact.data).decode() for fact in facts],
            "customer_id": list(moved),
            **{name: _column(name, moved.values()) for name in COLUMNS},
            OTHERS: [_others(values) for values in moved.values()],
        },
    )
    return inserted


def _column(name: str, moved: Iterable[Moved]) -> list[Any]:
    nothing = None if name.startswith((FIRST, LAST)) else 0
    return [values.get(name, nothing) for values in moved]


def _others(values: Moved) -> str:
    return orjson.dumps({name: _text(value) for name, value in values.items() if name not in COLUMNS}).decode()


def _text(value: Any) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else str(value)
