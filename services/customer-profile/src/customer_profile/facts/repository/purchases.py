"""SQL of purchases and of the returns that are matched with them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from customer_profile.facts.kinds.fact_ref import FactRefs
from customer_profile.facts.repository.facts import NAMED
from lealtad.db import Connection

PURCHASES = text(f"""
    {NAMED}
    SELECT fact.id, customer_id, source_system, source_fact_id, data,
        (
            SELECT coalesce(jsonb_agg(back.data), '[]')
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


async def find_purchases(connection: Connection, refs: FactRefs) -> Sequence[Any]:
    """Return the purchases that `refs` name, each with the data of its matched returns."""
    return await connection.execute(PURCHASES, refs.parameters())


async def insert_matches(connection: Connection, purchase_of_return: Mapping[UUID, UUID]) -> None:
    """Insert the purchases of returns, as far as they are recorded."""
    parameters = {"return_ids": list(purchase_of_return), "purchase_ids": list(purchase_of_return.values())}
    await connection.execute(INSERT_MATCHES, parameters)
