"""SQL of the 360 view: folding what other services announce, and reading everything about one customer."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from customer_profile.facts.models import customer_totals
from customer_profile.view.models import announced, complaint_case, offer_response
from lealtad.db import Connection

# DISTINCT ON: a batch may hold several events of one customer, and a row changes once per statement.
PUT_ANNOUNCED = text("""
    INSERT INTO announced AS known (customer_id, part, sequence, event_id, as_of, data)
    SELECT DISTINCT ON (customer_id, part) customer_id, part, sequence, event_id, as_of, CAST(data AS jsonb)
    FROM unnest(
        CAST(:customer_id AS uuid[]), CAST(:part AS text[]), CAST(:sequence AS bigint[]), CAST(:event_id AS uuid[]),
        CAST(:as_of AS timestamptz[]), CAST(:data AS text[])
    ) AS event (customer_id, part, sequence, event_id, as_of, data)
    ORDER BY customer_id, part, sequence DESC
    ON CONFLICT (customer_id, part) DO UPDATE SET
        sequence = excluded.sequence, event_id = excluded.event_id, as_of = excluded.as_of, data = excluded.data
    WHERE known.sequence < excluded.sequence
""")
PUT_CASES = text("""
    INSERT INTO complaint_case AS known (case_id, version, customer_id, open, opened_at, as_of, data)
    SELECT DISTINCT ON (case_id) case_id, version, customer_id, open, opened_at, as_of, CAST(data AS jsonb)
    FROM unnest(
        CAST(:case_id AS uuid[]), CAST(:version AS integer[]), CAST(:customer_id AS uuid[]), CAST(:open AS boolean[]),
        CAST(:opened_at AS timestamptz[]), CAST(:as_of AS timestamptz[]), CAST(:data AS text[])
    ) AS event (case_id, version, customer_id, open, opened_at, as_of, data)
    ORDER BY case_id, version DESC
    ON CONFLICT (case_id) DO UPDATE SET
        version = excluded.version, customer_id = excluded.customer_id, open = excluded.open,
        opened_at = excluded.opened_at, as_of = excluded.as_of, data = excluded.data
    WHERE known.version < excluded.version
""")
ADD_RESPONSES = text("""
    INSERT INTO offer_response (event_id, customer_id, response, occurred_at, data)
    SELECT event_id, customer_id, response, occurred_at, CAST(data AS jsonb)
    FROM unnest(
        CAST(:event_id AS uuid[]), CAST(:customer_id AS uuid[]), CAST(:response AS text[]),
        CAST(:occurred_at AS timestamptz[]), CAST(:data AS text[])
    ) AS event (event_id, customer_id, response, occurred_at, data)
    ON CONFLICT DO NOTHING
""")
# One walk down the index for each kind.
RECENT = text("""
    SELECT recent.*
    FROM unnest(CAST(:kinds AS text[])) AS wanted (kind)
    CROSS JOIN LATERAL (
        SELECT kind, id, occurred_at, data
        FROM fact
        WHERE customer_id = :customer_id AND fact.kind = wanted.kind
        ORDER BY occurred_at DESC, id DESC
        LIMIT :limit
    ) AS recent
""")
CONTRACTS = text("""
    SELECT contract.*, fact.source_system, fact.source_fact_id
    FROM contract JOIN fact USING (id)
    WHERE contract.customer_id = :customer_id
    ORDER BY contract.id DESC
    LIMIT :limit
""")


async def put_announced(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep the newest announcement of each customer and part, by sequence."""
    await connection.execute(PUT_ANNOUNCED, _columns(rows))


async def put_cases(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep the newest state of each case, by version."""
    await connection.execute(PUT_CASES, _columns(rows))


async def add_responses(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep responses to offers, each once."""
    await connection.execute(ADD_RESPONSES, _columns(rows))


async def read_totals(connection: Connection, customer_id: UUID) -> Mapping[Any, Any] | None:
    """Return the customer's totals, or None while there are no facts."""
    statement = select(customer_totals).where(customer_totals.c.customer_id == customer_id)
    return (await connection.execute(statement)).one_or_none()


async def read_recent(connection: Connection, customer_id: UUID, kinds: Sequence[str], limit: int) -> Sequence[Any]:
    """Return the newest `limit` facts of each of `kinds`, the newest first."""
    return await connection.execute(RECENT, {"customer_id": customer_id, "kinds": list(kinds), "limit": limit})


async def read_contracts(connection: Connection, customer_id: UUID, limit: int) -> Sequence[Any]:
    """Return the newest `limit` contracts."""
    return await connection.execute(CONTRACTS, {"customer_id": customer_id, "limit": limit})


async def read_announced(connection: Connection, customer_id: UUID) -> dict[str, Any]:
    """Return what the other services announced last, by part."""
    statement = select(announced).where(announced.c.customer_id == customer_id)
    return {row.part: row for row in await connection.execute(statement)}


async def read_cases(connection: Connection, customer_id: UUID, limit: int) -> Sequence[Any]:
    """Return open cases and then others, the newest first."""
    statement = (
        select(complaint_case)
        .where(complaint_case.c.customer_id == customer_id)
        .order_by(complaint_case.c.open.desc(), complaint_case.c.opened_at.desc(), complaint_case.c.case_id)
        .limit(limit)
    )
    return await connection.execute(statement)


async def read_responses(connection: Connection, customer_id: UUID, limit: int) -> Sequence[Any]:
    """Return the newest responses to offers."""
    statement = (
        select(offer_response)
        .where(offer_response.c.customer_id == customer_id)
        .order_by(offer_response.c.occurred_at.desc(), offer_response.c.event_id)
        .limit(limit)
    )
    return await connection.execute(statement)


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}
