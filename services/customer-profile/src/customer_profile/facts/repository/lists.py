"""SQL of lists of facts: keyset pages, newest first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from lealtad.db import Connection

FACT = "SELECT id, customer_id, occurred_at, data FROM fact"
CONDITIONS = {
    "customer_id": "customer_id = :customer_id",
    "since": "occurred_at >= :since",
    "until": "occurred_at < :until",
    "before": "id < :before",
    # The walk follows the index of one customer's facts.
    "before_at": "(occurred_at, id) < (:before_at, :before_id)",
}
FLAGS = {"matched": "data ->> 'purchase_id'"}
"""Filters that ask whether the event has a value."""

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


async def list_facts(
    connection: Connection,
    kind: str,
    filters: Mapping[str, Any],
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Any]:
    """Return facts of `kind`: of one customer (filter `customer_id`) by time, of all by arrival, the newest first.

    A filter without a condition here names a text field of the event.
    """
    flags = [f"{FLAGS[name]} IS {'NOT ' if filters[name] else ''}NULL" for name in filters if name in FLAGS]
    filters = {name: value for name, value in filters.items() if name not in FLAGS}
    of_customer = "customer_id" in filters
    position: dict[str, Any] = {}
    if after:
        position = {"before_at": after[0], "before_id": after[1]} if of_customer else {"before": after[1]}
    named = (*filters, *(name for name in position if name in CONDITIONS))
    conditions = [
        f"kind = '{kind}'" if flags else "kind = :kind",
        *flags,
        *(CONDITIONS.get(name, f"data ->> '{name}' = :{name}") for name in named),
    ]
    order = "occurred_at DESC, id DESC" if of_customer else "id DESC"
    statement = text(f"{FACT} WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT :limit")
    return await connection.execute(statement, {"kind": kind, **filters, **position, "limit": limit})


async def list_recent_facts(
    connection: Connection, customer_id: UUID, kinds: Sequence[str], limit: int
) -> Sequence[Any]:
    """Return the newest `limit` facts of each of `kinds`, the newest first."""
    return await connection.execute(RECENT, {"customer_id": customer_id, "kinds": list(kinds), "limit": limit})


async def find_fact(connection: Connection, kind: str, fact_id: UUID) -> Any:
    """Return a fact if it is of `kind`, else None."""
    statement = text(f"{FACT} WHERE id = :id AND kind = :kind")
    return (await connection.execute(statement, {"id": fact_id, "kind": kind})).one_or_none()


async def find_fact_id(connection: Connection, system: str, source_fact_id: str) -> UUID | None:
    """Return the id of the fact with this name of its source, or None."""
    statement = text("SELECT id FROM fact WHERE source_system = :system AND source_fact_id = :fact_id")
    fact_id: UUID | None = await connection.scalar(statement, {"system": system, "fact_id": source_fact_id})
    return fact_id
