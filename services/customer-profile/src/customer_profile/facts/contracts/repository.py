"""SQL of the present state of contracts."""

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
    SELECT named.id AS named_id, start.source_system, start.source_fact_id, step.id, step.kind, step.data
    FROM named JOIN fact AS start USING (id)
    LEFT JOIN contract_step ON contract_step.contract_id = start.id
    LEFT JOIN fact AS step ON step.id = contract_step.id
""")
UPSERT = text("""
    INSERT INTO contract (
        id, customer_id, product_line, monthly_amount, starts_at, ends_at, changed_at, cancelled_at,
        cancellation_reason, version
    )
    SELECT * FROM unnest(
        CAST(:id AS uuid[]), CAST(:customer_id AS uuid[]), CAST(:product_line AS text[]),
        CAST(:monthly_amount AS numeric[]), CAST(:starts_at AS timestamptz[]), CAST(:ends_at AS timestamptz[]),
        CAST(:changed_at AS timestamptz[]), CAST(:cancelled_at AS timestamptz[]),
        CAST(:cancellation_reason AS text[]), CAST(:version AS integer[])
    )
    ORDER BY 1
    ON CONFLICT (id) DO UPDATE SET
        product_line = excluded.product_line, monthly_amount = excluded.monthly_amount, ends_at = excluded.ends_at,
        changed_at = excluded.changed_at, cancelled_at = excluded.cancelled_at,
        cancellation_reason = excluded.cancellation_reason, version = excluded.version
    WHERE contract.version <= excluded.version
""")
# Steps are read of the contracts of the page only.
CONTRACTS = """
    SELECT page.*, ARRAY(
        SELECT jsonb_build_object('id', step.id, 'type', kind, 'no_effect', no_effect, 'data', data)
        FROM contract_step JOIN fact AS step USING (id)
        WHERE contract_id = page.id
        ORDER BY step.occurred_at DESC, step.id DESC
        LIMIT :most_steps
    ) AS steps
    FROM (
        SELECT contract.*, fact.source_system, fact.source_fact_id FROM contract JOIN fact USING (id)
        {where}
        ORDER BY id DESC
        LIMIT :limit
    ) AS page
    ORDER BY id DESC
"""
MOST_STEPS = 50
"""Steps shown with a contract: the newest."""
CONDITIONS = {
    "customer_id": "contract.customer_id = :customer_id",
    "before": "id < :before",
    # As the domain has it.
    "status": """CASE
        WHEN ends_at <= starts_at THEN 'never-ran'
        WHEN cancelled_at IS NOT NULL THEN 'cancelled'
        WHEN ends_at <= :now THEN 'ended'
        WHEN :now < starts_at THEN 'pending-start'
        ELSE 'running'
    END = :status""",
    "active": "(starts_at <= :now AND (ends_at IS NULL OR :now < ends_at)) = :active",
}
NAMES = [field.name for field in fields(Contract)]


def contract_of(row: Any) -> Contract:
    """Return the contract that a row holds."""
    return Contract(**{name: getattr(row, name) for name in NAMES})


async def find_contracts(connection: Connection, refs: FactRefs) -> dict[tuple[Source, UUID], list[Any]]:
    """Return the rows of all steps of each contract that `refs` name by its id or start; none for other facts."""
    found: dict[tuple[Source, UUID], list[Any]] = {}
    for row in await connection.execute(FIND, refs.parameters()):
        rows = found.setdefault((Source(row.source_system, row.source_fact_id), row.named_id), [])
        if row.id is not None:
            rows.append(row)
    return found


async def upsert_contracts(connection: Connection, changed: Iterable[Contract]) -> None:
    """Write contracts, each unless a newer version is stored."""
    rows = [asdict(contract) for contract in changed]
    await connection.execute(UPSERT, {name: [row[name] for row in rows] for name in NAMES})


async def list_contracts(
    connection: Connection, filters: Mapping[str, Any], *, before: UUID | None, now: datetime, limit: int
) -> Sequence[Any]:
    """Return contracts that fit `filters`, the newest first."""
    wanted = {**filters, **({"before": before} if before else {})}
    where = f"WHERE {' AND '.join(CONDITIONS[name] for name in wanted)}" if wanted else ""
    statement = text(CONTRACTS.format(where=where))
    return await connection.execute(statement, {**wanted, "now": now, "limit": limit, "most_steps": MOST_STEPS})


async def find_contract(connection: Connection, contract_id: UUID) -> Any:
    """Return a contract, or None."""
    statement = text(CONTRACTS.format(where="WHERE id = :id"))
    parameters = {"id": contract_id, "limit": 1, "most_steps": MOST_STEPS}
    return (await connection.execute(statement, parameters)).one_or_none()
