"""SQL of facts, histories, contracts and cases."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from uuid import UUID

import orjson
from sqlalchemy import text

from churn_scoring.domain.facts import COMPLAINT_KINDS, Fact, FactKind
from churn_scoring.domain.history import History
from lealtad.db import Connection, Rows
from lealtad.events.catalog.complaints import OPEN_STATUSES, CaseState
from lealtad.events.catalog.customer_profile import ContractFact
from lealtad.events.envelope import Event

HISTORY_COLUMNS = [field.name for field in fields(History)]
HISTORY = ", ".join(HISTORY_COLUMNS)

# The lock waits for whoever folds facts of the same customer, and gives the history as that one left it: what had to be
# waited for is read again. A history that somebody adds meanwhile is not seen.
INSERT_FACTS = text(f"""
    WITH inserted AS (
        INSERT INTO fact (id, customer_id, kind, occurred_at, amount)
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:customer_ids AS uuid[]), CAST(:kinds AS text[]),
                             CAST(:occurred AS timestamptz[]), CAST(:amounts AS numeric[]))
        ON CONFLICT (id) DO NOTHING
        RETURNING id, customer_id
    ), locked AS (
        SELECT {HISTORY} FROM history WHERE customer_id = ANY(ARRAY(SELECT customer_id FROM inserted))
        ORDER BY customer_id FOR NO KEY UPDATE
    )
    SELECT new.customer_id, new.facts, locked.*
    FROM (SELECT customer_id, array_agg(id) AS facts FROM inserted GROUP BY customer_id) AS new
        LEFT JOIN locked ON locked.customer_id = new.customer_id
""")

ADD_HISTORIES = text(f"""
    INSERT INTO history (customer_id) SELECT id FROM unnest(CAST(:ids AS uuid[])) AS wanted (id) ORDER BY id
    ON CONFLICT (customer_id) DO NOTHING
    RETURNING {HISTORY}
""")

LOCK_HISTORIES = text(f"""
    SELECT {HISTORY} FROM history WHERE customer_id = ANY(CAST(:ids AS uuid[])) ORDER BY customer_id FOR NO KEY UPDATE
""")

READ_FACTS = text("SELECT * FROM fact WHERE customer_id = ANY(CAST(:ids AS uuid[]))")

FOLDED = HISTORY_COLUMNS[1:]
UPDATE_HISTORIES = text(f"""
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


async def insert_facts(connection: Connection, facts: Sequence[Fact]) -> tuple[set[UUID], dict[UUID, History]]:
    """Store facts; return the ids of those that were not stored before, and their customers' histories, locked."""
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
    new: set[UUID] = set()
    histories: dict[UUID, History] = {}
    without: list[UUID] = []
    for customer, ids, *history in rows:
        new.update(ids)
        if history[0] is None:
            without.append(customer)
        else:
            histories[customer] = History(*history)
    return new, histories | (await _add_histories(connection, sorted(without)) if without else {})


async def _add_histories(connection: Connection, customer_ids: Sequence[UUID]) -> dict[UUID, History]:
    """Make the histories of these customers, and lock those that somebody else made in the meantime."""
    histories = _histories(await connection.execute(ADD_HISTORIES, {"ids": customer_ids}))
    if len(histories) < len(customer_ids):
        histories = _histories(await connection.execute(LOCK_HISTORIES, {"ids": customer_ids}))
    return histories


async def read_facts(connection: Connection, customer_ids: Sequence[UUID]) -> list[Fact]:
    """Return all facts of these customers."""
    rows = await connection.execute(READ_FACTS, {"ids": customer_ids})
    return [Fact(row.id, row.customer_id, FactKind(row.kind), row.occurred_at, row.amount) for row in rows]


async def update_histories(connection: Connection, histories: Iterable[History]) -> None:
    """Store histories whose rows exist."""
    rows = [{name: getattr(history, name) for name in HISTORY_COLUMNS} for history in histories]
    await connection.execute(UPDATE_HISTORIES, {"rows": orjson.dumps(rows, default=str).decode()})


async def insert_contract_facts(connection: Connection, events: Sequence[Event[ContractFact]]) -> None:
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


async def keep_newest_cases(connection: Connection, cases: Sequence[CaseState]) -> None:
    """Store cases, one version each; an older version than the stored one changes nothing."""
    await connection.execute(
        KEEP_CASES,
        {
            "ids": [case.case_id for case in cases],
            "versions": [case.version for case in cases],
            "customer_ids": [case.customer_id for case in cases],
            "complains": [case.kind in COMPLAINT_KINDS for case in cases],
            "open": [case.status in OPEN_STATUSES for case in cases],
            "opened": [case.opened_at for case in cases],
            "resolved": [case.resolved_at for case in cases],
        },
    )


def _histories(result: Rows) -> dict[UUID, History]:
    return {row.customer_id: History(*row) for row in result}
