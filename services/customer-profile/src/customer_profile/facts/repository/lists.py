"""SQL of lists: keyset pages, newest first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from lealtad.db import Connection

FACT = "SELECT id, customer_id, occurred_at, data FROM fact"
CONTRACT = """
    SELECT contract.*, fact.source_system, fact.source_fact_id FROM contract JOIN fact USING (id)
"""
CONDITIONS = {
    "customer_id": "customer_id = :customer_id",
    "since": "occurred_at >= :since",
    "until": "occurred_at < :until",
    "before": "id < :before",
    # The walk follows the index of one customer's facts.
    "before_at": "(occurred_at, id) < (:before_at, :before_id)",
    "active": "(starts_at <= :now AND (ends_at IS NULL OR :now < ends_at)) = :active",
}


async def facts_page(
    connection: Connection,
    kind: str,
    filters: Mapping[str, Any],
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Any]:
    """Return facts of `kind`: of one customer (filter `customer_id`) by time, of all by arrival, the newest first."""
    of_one = "customer_id" in filters
    position: dict[str, Any] = {}
    if after:
        position = {"before_at": after[0], "before_id": after[1]} if of_one else {"before": after[1]}
    conditions = ["kind = :kind", *(CONDITIONS[name] for name in (*filters, *position) if name in CONDITIONS)]
    order = "occurred_at DESC, id DESC" if of_one else "id DESC"
    statement = text(f"{FACT} WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT :limit")
    return await connection.execute(statement, {"kind": kind, **filters, **position, "limit": limit})


async def contracts_page(
    connection: Connection, filters: Mapping[str, Any], *, before: UUID | None, now: datetime, limit: int
) -> Sequence[Any]:
    """Return contracts that fit `filters`, the newest first."""
    wanted = {**filters, **({"before": before} if before else {})}
    named = [CONDITIONS[name].replace("customer_id =", "contract.customer_id =") for name in wanted]
    where = f"WHERE {' AND '.join(named)}" if named else ""
    statement = text(f"{CONTRACT} {where} ORDER BY id DESC LIMIT :limit")
    return await connection.execute(statement, {**wanted, "now": now, "limit": limit})


async def fact_of_kind(connection: Connection, kinds: Sequence[str], fact_id: UUID) -> Any:
    """Return a fact if it is one of `kinds`, else None."""
    statement = text(f"{FACT} WHERE id = :id AND kind = ANY(CAST(:kinds AS text[]))")
    return (await connection.execute(statement, {"id": fact_id, "kinds": list(kinds)})).one_or_none()


async def contract(connection: Connection, contract_id: UUID) -> Any:
    """Return a contract, or None."""
    statement = text(f"{CONTRACT} WHERE id = :id")
    return (await connection.execute(statement, {"id": contract_id})).one_or_none()


async def fact_id(connection: Connection, system: str, source_fact_id: str) -> UUID | None:
    """Return the id of the fact that a source calls so, or None."""
    statement = text("SELECT id FROM fact WHERE source_system = :system AND source_fact_id = :fact_id")
    found: UUID | None = await connection.scalar(statement, {"system": system, "fact_id": source_fact_id})
    return found
