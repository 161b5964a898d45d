"""SQL of the steps of contracts."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from customer_profile.domain.contracts import NoEffect
from customer_profile.facts.kinds.fact_ref import Source
from lealtad.db import Connection

INSERT = text("""
    INSERT INTO contract_step (id, contract_id, in_effect)
    SELECT id, contract_id, true
    FROM unnest(CAST(:ids AS uuid[]), CAST(:contract_ids AS uuid[])) AS step (id, contract_id)
    ORDER BY id
    ON CONFLICT (id) DO NOTHING
""")
UPDATE_EFFECTS = text("""
    UPDATE contract_step SET in_effect = present.no_effect IS NULL, no_effect = present.no_effect
    FROM unnest(CAST(:ids AS uuid[]), CAST(:no_effects AS text[])) AS present (id, no_effect)
    WHERE contract_step.id = present.id AND contract_step.no_effect IS DISTINCT FROM present.no_effect
""")

STEP = """
    SELECT fact.id, kind, data, in_effect, no_effect, NULL AS waits_for_system, NULL AS waits_for_fact_id
    FROM contract_step JOIN fact USING (id)
"""
PENDING = f"""
    SELECT id, kind, data, false AS in_effect, '{NoEffect.START_UNKNOWN}' AS no_effect,
        waits_for_system, waits_for_fact_id
    FROM pending_fact
"""
STEP_CONDITIONS = {
    "customer_id": "fact.customer_id = :customer_id",
    "contract_id": "contract_id = :contract_id",
    "in_effect": "in_effect = :in_effect",
    "pending": "NOT :pending",
    "before": "fact.id < :before",
    "id": "fact.id = :id",
    "system": "source_system = :system AND source_fact_id = :fact_id",
}
PENDING_CONDITIONS = {
    "customer_id": "data ->> 'customer_id' = CAST(:customer_id AS text)",
    "contract_id": "waits_for_system = :system AND waits_for_fact_id = :fact_id",
    "in_effect": "NOT :in_effect",
    "pending": ":pending",
    "before": "id < :before",
    "id": "id = :id",
    "system": "source_system = :system AND source_fact_id = :fact_id",
}


async def insert_steps(connection: Connection, contract_of_step: Mapping[UUID, UUID]) -> None:
    """Insert steps, starts included."""
    parameters = {"ids": list(contract_of_step), "contract_ids": list(contract_of_step.values())}
    await connection.execute(INSERT, parameters)


async def update_effects(connection: Connection, effects: Sequence[tuple[UUID, str | None]]) -> None:
    """Update why steps have no effect at present; None: they have one."""
    ids, reasons = [step_id for step_id, _ in effects], [reason for _, reason in effects]
    await connection.execute(UPDATE_EFFECTS, {"ids": ids, "no_effects": reasons})


async def list_steps(
    connection: Connection, filters: Mapping[str, Any], start: Source | None, *, before: UUID | None, limit: int
) -> Sequence[Any]:
    """Return steps that fit `filters`, pending ones included, the newest first.

    The filter `contract_id` may be None: no contract is recorded for `start`, and only pending steps may fit.
    """
    wanted = {**filters, **({"before": before} if before else {})}
    steps, pending = (
        f"({select} {_where(conditions, wanted)} ORDER BY id DESC LIMIT :limit)"
        for select, conditions in ((STEP, STEP_CONDITIONS), (PENDING, PENDING_CONDITIONS))
    )
    statement = text(f"{steps} UNION ALL {pending} ORDER BY id DESC LIMIT :limit")
    parameters = {**wanted, "limit": limit}
    if "contract_id" in wanted:
        parameters |= {"system": start.system if start else None, "fact_id": start.fact_id if start else None}
    return await connection.execute(statement, parameters)


async def find_step(connection: Connection, named: UUID | Source) -> Any:
    """Return the step of this id or source, pending ones included, or None."""
    wanted = {"id": named} if isinstance(named, UUID) else {"system": named.system}
    parameters = {"id": named} if isinstance(named, UUID) else {"system": named.system, "fact_id": named.fact_id}
    statement = f"{STEP} {_where(STEP_CONDITIONS, wanted)} UNION ALL {PENDING} {_where(PENDING_CONDITIONS, wanted)}"
    return (await connection.execute(text(statement), parameters)).one_or_none()


def _where(conditions: Mapping[str, str], wanted: Mapping[str, Any]) -> str:
    return f"WHERE {' AND '.join(conditions[name] for name in wanted)}" if wanted else ""
