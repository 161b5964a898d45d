"""SQL of contracts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from customer_profile.domain.contracts import Contract
from customer_profile.facts.kinds.fact_ref import FactRefs, Source
from customer_profile.facts.repository.facts import NAMED
from lealtad.db import Connection

FIND = text(f"""
    {NAMED}
    SELECT contract.*, fact.source_system, fact.source_fact_id
    FROM named JOIN contract USING (id) JOIN fact USING (id)
""")
UPSERT = text("""
    INSERT INTO contract (
        id, customer_id, product_line, monthly_amount, starts_at, ends_at, changed_at, cancelled_at, cancellation_reason
    )
    SELECT * FROM unnest(
        CAST(:id AS uuid[]), CAST(:customer_id AS uuid[]), CAST(:product_line AS text[]),
        CAST(:monthly_amount AS numeric[]), CAST(:starts_at AS timestamptz[]), CAST(:ends_at AS timestamptz[]),
        CAST(:changed_at AS timestamptz[]), CAST(:cancelled_at AS timestamptz[]),
        CAST(:cancellation_reason AS text[])
    )
    ON CONFLICT (id) DO UPDATE SET
        product_line = excluded.product_line, monthly_amount = excluded.monthly_amount, ends_at = excluded.ends_at,
        changed_at = excluded.changed_at, cancelled_at = excluded.cancelled_at,
        cancellation_reason = excluded.cancellation_reason
    WHERE contract.changed_at <= excluded.changed_at
""")
CONTRACT = """
    SELECT contract.*, fact.source_system, fact.source_fact_id FROM contract JOIN fact USING (id)
"""
CONDITIONS = {
    "customer_id": "contract.customer_id = :customer_id",
    "before": "id < :before",
    "active": "(starts_at <= :now AND (ends_at IS NULL OR :now < ends_at)) = :active",
}
NAMES = [field.name for field in fields(Contract)]


def contract_of(row: Any) -> Contract:
    """Return the contract that a row holds."""
    return Contract(**{name: getattr(row, name) for name in NAMES})


async def find_contracts(connection: Connection, refs: FactRefs) -> list[tuple[Source, Contract]]:
    """Return the contracts that `refs` name by id or by the fact that started them."""
    rows = await connection.execute(FIND, refs.parameters())
    return [(Source(row.source_system, row.source_fact_id), contract_of(row)) for row in rows]


async def upsert_contracts(connection: Connection, changed: Iterable[Contract]) -> None:
    """Write contracts, each unless a later change of it is stored."""
    rows = [asdict(contract) for contract in changed]
    await connection.execute(UPSERT, {name: [row[name] for row in rows] for name in NAMES})


async def list_contracts(
    connection: Connection, filters: Mapping[str, Any], *, before: UUID | None, now: datetime, limit: int
) -> Sequence[Any]:
    """Return contracts that fit `filters`, the newest first."""
    wanted = {**filters, **({"before": before} if before else {})}
    where = f"WHERE {' AND '.join(CONDITIONS[name] for name in wanted)}" if wanted else ""
    statement = text(f"{CONTRACT} {where} ORDER BY id DESC LIMIT :limit")
    return await connection.execute(statement, {**wanted, "now": now, "limit": limit})


async def find_contract(connection: Connection, contract_id: UUID) -> Any:
    """Return a contract, or None."""
    statement = text(f"{CONTRACT} WHERE id = :id")
    return (await connection.execute(statement, {"id": contract_id})).one_or_none()
