"""SQL of facts: what decisions need to know, and writing what was decided; always for many facts at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from customer_profile.domain.contracts import Contract
from customer_profile.facts.kinds import Kind
from customer_profile.facts.kinds.fact_batch import NewFact, StoredFact
from customer_profile.facts.kinds.fact_ref import FactRefs, Source
from customer_profile.facts.kinds.totals import Increment
from lealtad.db import Connection
from lealtad.events.cause import Lane

KNOWN = text("""
    SELECT id, kind, customer_id, fingerprint, data, source_system, source_fact_id
    FROM fact
    JOIN unnest(CAST(:systems AS text[]), CAST(:fact_ids AS text[])) AS named (source_system, source_fact_id)
        USING (source_system, source_fact_id)
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
PURCHASES = text(f"""
    {NAMED}
    SELECT fact.id, customer_id, source_system, source_fact_id, data,
        (
            SELECT coalesce(jsonb_agg(back.data), '[]')
            FROM matched_return JOIN fact AS back ON back.id = matched_return.return_id
            WHERE matched_return.purchase_id = fact.id
        ) AS returns
    FROM named JOIN fact USING (id)
    WHERE kind = 'purchase'
""")
CONTRACTS = text(f"""
    {NAMED}
    SELECT contract.*, fact.source_system, fact.source_fact_id
    FROM named JOIN contract USING (id) JOIN fact USING (id)
""")

# One statement for both: a round trip less for every purchase that comes alone. In whatever order, nothing deadlocks:
# facts are written in the order of their sources, and the customers of the totals are locked.
INSERT = text("""
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
        INSERT INTO customer_totals AS known (
            customer_id, purchases, purchased, returns, returned, payments, paid, failed_payments, touchpoints,
            first_purchase_at, last_purchase_at, last_touchpoint_at
        )
        SELECT * FROM unnest(
            CAST(:customer_id AS uuid[]), CAST(:purchases AS integer[]), CAST(:purchased AS numeric[]),
            CAST(:returns AS integer[]), CAST(:returned AS numeric[]), CAST(:payments AS integer[]),
            CAST(:paid AS numeric[]), CAST(:failed_payments AS integer[]), CAST(:touchpoints AS integer[]),
            CAST(:first_purchase_at AS timestamptz[]), CAST(:last_purchase_at AS timestamptz[]),
            CAST(:last_touchpoint_at AS timestamptz[])
        )
        ON CONFLICT (customer_id) DO UPDATE SET
            purchases = known.purchases + excluded.purchases,
            purchased = known.purchased + excluded.purchased,
            returns = known.returns + excluded.returns,
            returned = known.returned + excluded.returned,
            payments = known.payments + excluded.payments,
            paid = known.paid + excluded.paid,
            failed_payments = known.failed_payments + excluded.failed_payments,
            touchpoints = known.touchpoints + excluded.touchpoints,
            first_purchase_at = least(known.first_purchase_at, excluded.first_purchase_at),
            last_purchase_at = greatest(known.last_purchase_at, excluded.last_purchase_at),
            last_touchpoint_at = greatest(known.last_touchpoint_at, excluded.last_touchpoint_at)
    )
    SELECT count(*) FROM inserted
""")
INSERT_MATCHES = text("""
    INSERT INTO matched_return (return_id, purchase_id)
    SELECT * FROM unnest(CAST(:return_ids AS uuid[]), CAST(:purchase_ids AS uuid[]))
""")
PUT_CONTRACTS = text("""
    INSERT INTO contract (
        id, customer_id, product_line, monthly_amount, starts_at, ends_at, changed_at, cancelled_at
    )
    SELECT * FROM unnest(
        CAST(:id AS uuid[]), CAST(:customer_id AS uuid[]), CAST(:product_line AS text[]),
        CAST(:monthly_amount AS numeric[]), CAST(:starts_at AS timestamptz[]), CAST(:ends_at AS timestamptz[]),
        CAST(:changed_at AS timestamptz[]), CAST(:cancelled_at AS timestamptz[])
    )
    ON CONFLICT (id) DO UPDATE SET
        product_line = excluded.product_line, monthly_amount = excluded.monthly_amount, ends_at = excluded.ends_at,
        changed_at = excluded.changed_at, cancelled_at = excluded.cancelled_at
    WHERE contract.changed_at <= excluded.changed_at
""")


INCREMENTS = [field.name for field in fields(Increment)]


@dataclass(frozen=True, slots=True)
class Recording:
    """A fact ready to be written."""

    draft: NewFact
    known: StoredFact
    sequence: int
    lane: Lane


async def known_facts(connection: Connection, sources: Sequence[Source]) -> dict[Source, StoredFact]:
    """Return the facts among `sources` that are recorded already."""
    parameters = FactRefs((), tuple(sources)).parameters()
    rows = await connection.execute(KNOWN, {name: parameters[name] for name in ("systems", "fact_ids")})
    return {
        _source(row): StoredFact(row.id, Kind(row.kind), row.customer_id, bytes(row.fingerprint), row.data)
        for row in rows
    }


async def purchases(connection: Connection, refs: FactRefs) -> Sequence[Any]:
    """Return the purchases that `refs` name, each with the data of its matched returns."""
    return await connection.execute(PURCHASES, refs.parameters())


async def contracts(connection: Connection, refs: FactRefs) -> list[tuple[Source, Contract]]:
    """Return the contracts that `refs` name by id or by the fact that started them."""
    rows = await connection.execute(CONTRACTS, refs.parameters())
    names = [field.name for field in fields(Contract)]
    return [(_source(row), Contract(**{name: getattr(row, name) for name in names})) for row in rows]


async def insert(connection: Connection, recordings: Sequence[Recording], increments: Mapping[UUID, Increment]) -> int:
    """Write facts and what they add to the totals of their customers, whose rows are locked.

    Returns how many of the facts no concurrent transaction had written before.
    """
    events = [recording.draft.event for recording in recordings]
    written: int = await connection.scalar(
        INSERT,
        {
            "ids": [recording.draft.id for recording in recordings],
            "kinds": [recording.draft.kind for recording in recordings],
            "customer_ids": [event.customer_id for event in events],
            "systems": [event.source.system for event in events],
            "fact_ids": [event.source.fact_id for event in events],
            "occurred_at": [event.occurred_at for event in events],
            "recorded_at": [event.recorded_at for event in events],
            "fingerprints": [recording.known.fingerprint for recording in recordings],
            "lanes": [recording.lane for recording in recordings],
            "sequences": [recording.sequence for recording in recordings],
            "data": [orjson.dumps(recording.known.data).decode() for recording in recordings],
            "customer_id": list(increments),
            **{name: [getattr(added, name) for added in increments.values()] for name in INCREMENTS},
        },
    )
    return written


async def insert_matches(connection: Connection, purchase_of_return: Mapping[UUID, UUID]) -> None:
    """Write which returns belong to which purchases."""
    parameters = {"return_ids": list(purchase_of_return), "purchase_ids": list(purchase_of_return.values())}
    await connection.execute(INSERT_MATCHES, parameters)


async def put_contracts(connection: Connection, changed: Iterable[Contract]) -> None:
    """Write contracts as they stand now, unless a later change is known."""
    await connection.execute(PUT_CONTRACTS, _columns([asdict(contract) for contract in changed]))


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def _source(row: Any) -> Source:
    return Source(row.source_system, row.source_fact_id)
