"""SQL of facts, histories, contracts and cases."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncConnection

from churn_scoring.domain.contracts import Contract
from churn_scoring.domain.facts import Fact, FactKind
from churn_scoring.domain.history import History
from churn_scoring.facts.translating import COMPLAINING
from lealtad.events.catalog.complaints import OPEN_STATUSES, CaseState
from lealtad.events.catalog.customer_profile import ContractFact
from lealtad.events.envelope import Event

INSERT_FACTS = text("""
    INSERT INTO fact (id, customer_id, kind, occurred_at, amount)
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:customer_ids AS uuid[]), CAST(:kinds AS text[]),
                         CAST(:occurred AS timestamptz[]), CAST(:amounts AS numeric[]))
    ON CONFLICT (id) DO NOTHING
    RETURNING id
""")

FACTS_OF = text("SELECT * FROM fact WHERE customer_id = ANY(CAST(:ids AS uuid[]))")

ADD_HISTORIES = text("""
    INSERT INTO history (customer_id) SELECT id FROM unnest(CAST(:ids AS uuid[])) AS wanted (id) ORDER BY id
    ON CONFLICT (customer_id) DO NOTHING
""")
HISTORY_COLUMNS = [field.name for field in fields(History)]
READ_HISTORIES = f"""
    SELECT {", ".join(HISTORY_COLUMNS)} FROM history
    WHERE customer_id = ANY(CAST(:ids AS uuid[])) ORDER BY customer_id
"""
LOCK_HISTORIES = text(f"{READ_HISTORIES} FOR NO KEY UPDATE")

FOLDED = HISTORY_COLUMNS[1:]
STORE_HISTORIES = text(f"""
    UPDATE history SET ({", ".join(FOLDED)}) = ROW({", ".join(f"new.{name}" for name in FOLDED)})
    FROM jsonb_populate_recordset(CAST(NULL AS history), CAST(:rows AS jsonb)) AS new
    WHERE history.customer_id = new.customer_id
""")

INSERT_CONTRACT_FACTS = text("""
    INSERT INTO contract_fact (fact_id, contract_id, customer_id, occurred_at, starts_at, ends_at)
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:contract_ids AS uuid[]), CAST(:customer_ids AS uuid[]),
                         CAST(:occurred AS timestamptz[]), CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[]))
    ON CONFLICT (fact_id) DO NOTHING
""")

# The newest fact tells the whole contract; `known_at` hides what was not known then.
CONTRACTS_OF = text("""
    SELECT DISTINCT ON (contract_id) contract_id, customer_id, starts_at, ends_at, fact_id
    FROM contract_fact
    WHERE customer_id = ANY(CAST(:ids AS uuid[]))
      AND (CAST(:known_at AS timestamptz) IS NULL OR occurred_at <= :known_at)
    ORDER BY contract_id, occurred_at DESC, fact_id DESC
""")

KEEP_CASES = text("""
    INSERT INTO service_case AS known (case_id, version, customer_id, complains, open, opened_at, resolved_at)
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS int[]), CAST(:customer_ids AS uuid[]),
                         CAST(:complains AS boolean[]), CAST(:open AS boolean[]), CAST(:opened AS timestamptz[]),
                         CAST(:resolved AS timestamptz[]))
    ON CONFLICT (case_id) DO UPDATE SET
        version = excluded.version, customer_id = excluded.customer_id, complains = excluded.complains,
        open = excluded.open, opened_at = excluded.opened_at, resolved_at = excluded.resolved_at
    WHERE excluded.version > known.version
""")

OPEN_CASES = text("""
    SELECT customer_id, count(*) AS number FROM service_case
    WHERE customer_id = ANY(CAST(:ids AS uuid[])) AND complains AND open
    GROUP BY customer_id
""")

OPEN_CASES_AT = text("""
    SELECT customer_id, count(*) AS number FROM service_case
    WHERE customer_id = ANY(CAST(:ids AS uuid[])) AND complains
      AND opened_at <= :moment AND (resolved_at IS NULL OR resolved_at > :moment)
    GROUP BY customer_id
""")


async def insert_facts(connection: AsyncConnection, facts: Sequence[Fact]) -> set[UUID]:
    """Store facts; return the ids of those that were not stored before."""
    rows = await connection.execute(
        INSERT_FACTS,
        {
            "ids": [fact.id for fact in facts],
            "customer_ids": [fact.customer_id for fact in facts],
            "kinds": [fact.kind.value for fact in facts],
            "occurred": [fact.occurred_at for fact in facts],
            "amounts": [fact.amount for fact in facts],
        },
    )
    return set(rows.scalars())


async def facts_of(connection: AsyncConnection, customer_ids: Sequence[UUID]) -> list[Fact]:
    """Return all facts of these customers."""
    rows = await connection.execute(FACTS_OF, {"ids": customer_ids})
    return [Fact(row.id, row.customer_id, FactKind(row.kind), row.occurred_at, row.amount) for row in rows]


async def lock_histories(connection: AsyncConnection, customer_ids: Sequence[UUID]) -> dict[UUID, History]:
    """Lock the histories of these customers, in ascending id, making those that are missing."""
    found = _histories(await connection.execute(LOCK_HISTORIES, {"ids": customer_ids}))
    if len(found) < len(customer_ids):
        await connection.execute(ADD_HISTORIES, {"ids": customer_ids})
        found = _histories(await connection.execute(LOCK_HISTORIES, {"ids": customer_ids}))
    return found


async def histories_of(connection: AsyncConnection, customer_ids: Sequence[UUID]) -> dict[UUID, History]:
    """Return the histories of those customers that have one."""
    return _histories(await connection.execute(text(READ_HISTORIES), {"ids": customer_ids}))


async def store_histories(connection: AsyncConnection, histories: Iterable[History]) -> None:
    """Store histories whose rows exist."""
    rows = [{name: getattr(history, name) for name in HISTORY_COLUMNS} for history in histories]
    await connection.execute(STORE_HISTORIES, {"rows": orjson.dumps(rows, default=str).decode()})


async def insert_contract_facts(connection: AsyncConnection, events: Sequence[Event[ContractFact]]) -> None:
    """Store facts about contracts that are new."""
    data = [event.data for event in events]
    await connection.execute(
        INSERT_CONTRACT_FACTS,
        {
            "ids": [event.id for event in events],
            "contract_ids": [item.contract_id for item in data],
            "customer_ids": [item.customer_id for item in data],
            "occurred": [item.occurred_at for item in data],
            "starts": [item.starts_at for item in data],
            "ends": [item.ends_at for item in data],
        },
    )


async def contracts_of(
    connection: AsyncConnection, customer_ids: Sequence[UUID], known_at: datetime | None = None
) -> dict[UUID, list[Contract]]:
    """Return the contracts of these customers, as their newest facts (up to `known_at`) left them."""
    rows = await connection.execute(CONTRACTS_OF, {"ids": customer_ids, "known_at": known_at})
    contracts: dict[UUID, list[Contract]] = {}
    for row in rows:
        found = Contract(row.contract_id, row.customer_id, row.starts_at, row.ends_at, row.fact_id)
        contracts.setdefault(row.customer_id, []).append(found)
    return contracts


async def keep_cases(connection: AsyncConnection, cases: Sequence[CaseState]) -> None:
    """Store cases, one version each; an older version than the stored one changes nothing."""
    await connection.execute(
        KEEP_CASES,
        {
            "ids": [case.case_id for case in cases],
            "versions": [case.version for case in cases],
            "customer_ids": [case.customer_id for case in cases],
            "complains": [case.kind in COMPLAINING for case in cases],
            "open": [case.status in OPEN_STATUSES for case in cases],
            "opened": [case.opened_at for case in cases],
            "resolved": [case.resolved_at for case in cases],
        },
    )


async def open_cases(
    connection: AsyncConnection, customer_ids: Sequence[UUID], moment: datetime | None = None
) -> dict[UUID, int]:
    """Return how many complaining cases of these customers are open now, or were at `moment`."""
    statement, parameters = (OPEN_CASES, {}) if moment is None else (OPEN_CASES_AT, {"moment": moment})
    rows = await connection.execute(statement, {"ids": customer_ids, **parameters})
    return {row.customer_id: row.number for row in rows}


def _histories(result: CursorResult[Any]) -> dict[UUID, History]:
    return {row.customer_id: History(*row) for row in result}
