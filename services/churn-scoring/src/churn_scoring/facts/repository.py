"""SQL of facts and histories."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from uuid import UUID

from sqlalchemy import text

from churn_scoring.domain.facts import Fact, FactKind
from churn_scoring.domain.history import History
from churn_scoring.facts.models import history
from lealtad.db import Connection, Rows
from lealtad.db.recordset import as_rows, recordset

HISTORY_COLUMNS = [field.name for field in fields(History)]
HISTORY = ", ".join(HISTORY_COLUMNS)

# The lock waits for transactions that fold facts of the same customers. PostgreSQL then reads the locked rows again, so
# that the histories are current. Histories that another transaction inserts meanwhile are not seen.
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

INSERT_HISTORIES = text(f"""
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
    UPDATE history SET ({", ".join(FOLDED)}) = ROW({", ".join(f"row.{name}" for name in FOLDED)})
    FROM {recordset(history, HISTORY_COLUMNS)} WHERE history.customer_id = row.customer_id
""")


async def insert_facts(connection: Connection, facts: Sequence[Fact]) -> tuple[set[UUID], dict[UUID, History]]:
    """Insert facts; return the ids of new ones, and the histories of their customers, locked."""
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
    customers_without: list[UUID] = []
    for customer, ids, *folded in rows:
        new.update(ids)
        if folded[0] is None:
            customers_without.append(customer)
        else:
            histories[customer] = History(*folded)
    if customers_without:
        histories |= await _insert_histories(connection, sorted(customers_without))
    return new, histories


async def _insert_histories(connection: Connection, customer_ids: Sequence[UUID]) -> dict[UUID, History]:
    """Insert histories of these customers, and lock those that another transaction inserted meanwhile."""
    histories = _histories(await connection.execute(INSERT_HISTORIES, {"ids": customer_ids}))
    if len(histories) < len(customer_ids):
        histories = _histories(await connection.execute(LOCK_HISTORIES, {"ids": customer_ids}))
    return histories


async def read_facts(connection: Connection, customer_ids: Sequence[UUID]) -> list[Fact]:
    """Return all facts of these customers."""
    rows = await connection.execute(READ_FACTS, {"ids": customer_ids})
    return [Fact(row.id, row.customer_id, FactKind(row.kind), row.occurred_at, row.amount) for row in rows]


async def update_histories(connection: Connection, histories: Iterable[History]) -> None:
    """Update histories whose rows exist."""
    rows = [{name: getattr(history, name) for name in HISTORY_COLUMNS} for history in histories]
    await connection.execute(UPDATE_HISTORIES, as_rows(rows))


def _histories(result: Rows) -> dict[UUID, History]:
    return {row.customer_id: History(*row) for row in result}
