"""SQL of purchases and of the returns that are matched with them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from customer_profile.facts.kinds.fact_ref import FactRefs, Source
from customer_profile.facts.repository.facts import NAMED
from lealtad.db import Connection
from lealtad.db.recordset import as_rows
from lealtad.events.catalog.customer_profile import PurchaseReturnUpdated

PURCHASES = text(f"""
    {NAMED}
    SELECT fact.id, customer_id, source_system, source_fact_id, data,
        (
            SELECT coalesce(jsonb_object_agg(back.id, back.data), '{{}}')
            FROM matched_return JOIN fact AS back ON back.id = matched_return.return_id
            WHERE matched_return.purchase_id = fact.id
        ) AS returns
    FROM named JOIN fact USING (id)
    WHERE kind = 'purchase'
""")
# A restore may hold a return whose purchase it has not read.
INSERT_MATCHES = text("""
    INSERT INTO matched_return (return_id, purchase_id)
    SELECT match.return_id, match.purchase_id
    FROM unnest(CAST(:return_ids AS uuid[]), CAST(:purchase_ids AS uuid[])) AS match (return_id, purchase_id)
    JOIN fact AS purchase ON purchase.id = match.purchase_id AND purchase.kind = 'purchase'
""")

INSERT_WAITING = text("""
    INSERT INTO waiting_return (return_id, source_system, source_fact_id)
    SELECT * FROM unnest(CAST(:return_ids AS uuid[]), CAST(:systems AS text[]), CAST(:fact_ids AS text[]))
""")
COUNT_WAITING = text("""
    SELECT source_system, source_fact_id, count(*) AS returns
    FROM unnest(CAST(:systems AS text[]), CAST(:fact_ids AS text[])) AS named (source_system, source_fact_id)
    JOIN waiting_return USING (source_system, source_fact_id)
    GROUP BY source_system, source_fact_id
""")
# The customers are locked, and so are their totals. Totals move by what is stored, so that a repeat moves nothing.
UPDATE_RETURNS = text("""
    WITH changed AS (
        SELECT row.*, fact.customer_id, CAST(fact.data #>> '{total,amount}' AS numeric) AS amount_before
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS row (
            return_id uuid, purchase_id uuid, amount numeric, data jsonb
        )
        JOIN fact ON fact.id = row.return_id AND fact.kind = 'return'
    ), updated AS (
        UPDATE fact SET data = fact.data || changed.data FROM changed WHERE fact.id = changed.return_id
    ), found AS (
        DELETE FROM waiting_return USING changed WHERE waiting_return.return_id = changed.return_id
    ), matched AS (
        INSERT INTO matched_return (return_id, purchase_id)
        SELECT return_id, purchase_id
        FROM changed JOIN fact AS purchase ON purchase.id = purchase_id AND purchase.kind = 'purchase'
        ON CONFLICT (return_id) DO NOTHING
    ), moved AS (
        UPDATE customer_totals SET returned = returned + difference.amount
        FROM (
            SELECT customer_id, sum(amount - amount_before) AS amount FROM changed GROUP BY customer_id
        ) AS difference
        WHERE customer_totals.customer_id = difference.customer_id AND difference.amount <> 0
    )
    SELECT return_id FROM changed
""")


async def find_purchases(connection: Connection, refs: FactRefs) -> Sequence[Any]:
    """Return the purchases that `refs` name, each with the data of its matched returns by id."""
    return await connection.execute(PURCHASES, refs.parameters())


async def insert_matches(connection: Connection, purchase_of_return: Mapping[UUID, UUID]) -> None:
    """Insert the purchases of returns, as far as they are recorded."""
    parameters = {"return_ids": list(purchase_of_return), "purchase_ids": list(purchase_of_return.values())}
    await connection.execute(INSERT_MATCHES, parameters)


async def insert_waiting(connection: Connection, purchase_of_return: Mapping[UUID, Source]) -> None:
    """Insert the names of purchases for which returns wait."""
    await connection.execute(
        INSERT_WAITING,
        {
            "return_ids": list(purchase_of_return),
            "systems": [source.system for source in purchase_of_return.values()],
            "fact_ids": [source.fact_id for source in purchase_of_return.values()],
        },
    )


async def count_waiting(connection: Connection, sources: Sequence[Source]) -> dict[Source, int]:
    """Return how many returns wait for each of `sources`, as far as any does."""
    named = {"systems": [source.system for source in sources], "fact_ids": [source.fact_id for source in sources]}
    rows = await connection.execute(COUNT_WAITING, named)
    return {Source(row.source_system, row.source_fact_id): row.returns for row in rows}


async def update_returns(connection: Connection, updates: Sequence[PurchaseReturnUpdated]) -> set[UUID]:
    """Update returns and the totals of their locked customers to the last update of each; return the found ones."""
    last = {update.return_id: update for update in updates}
    rows = [
        {
            "return_id": update.return_id,
            "purchase_id": update.purchase_id,
            "amount": update.total.amount,
            "data": update.model_dump(mode="json", include={"purchase_id", "unmatched", "total"}),
        }
        for update in last.values()
    ]
    return {row.return_id for row in await connection.execute(UPDATE_RETURNS, as_rows(rows))}
