"""The transactions of a stage, set-based."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

import asyncpg
import orjson

from lealtad_bench.floor.layout import Purchase, Stage


async def take_in(connection: asyncpg.Connection, stage: Stage, purchases: Sequence[Purchase]) -> None:
    """Insert new purchases with their outbox rows, and add them to the customers' sums, in one transaction.

    The first stage computes no sums; there a purchase is only stored and passed on.
    """
    async with connection.transaction():
        rows = await connection.fetch(
            f"INSERT INTO {stage.schema}.inbox SELECT unnest($1::bigint[]) ON CONFLICT DO NOTHING RETURNING id",
            [purchase.id for purchase in purchases],
        )
        new = {row["id"] for row in rows}
        fresh = [purchase for purchase in purchases if purchase.id in new]
        if not stage.is_first:
            await _add_up(connection, stage, fresh)
        if not stage.is_last:
            await _pass_on(connection, stage, fresh)


async def _add_up(connection: asyncpg.Connection, stage: Stage, purchases: Sequence[Purchase]) -> None:
    counts: dict[str, int] = defaultdict(int)
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for purchase in purchases:
        counts[purchase.customer] += 1
        amounts[purchase.customer] += Decimal(purchase.amount)
    customers = sorted(counts)
    await connection.execute(
        f"""
        INSERT INTO {stage.schema}.customer AS known (customer, purchases, amount)
        SELECT * FROM unnest($1::text[], $2::bigint[], $3::numeric[])
        ON CONFLICT (customer) DO UPDATE
        SET purchases = known.purchases + excluded.purchases, amount = known.amount + excluded.amount
        """,
        customers,
        [counts[customer] for customer in customers],
        [amounts[customer] for customer in customers],
    )


async def _pass_on(connection: asyncpg.Connection, stage: Stage, purchases: Sequence[Purchase]) -> None:
    await connection.execute(
        f"INSERT INTO {stage.schema}.outbox (key, value) SELECT * FROM unnest($1::bytea[], $2::bytea[])",
        [purchase.customer.encode() for purchase in purchases],
        [orjson.dumps(purchase) for purchase in purchases],
    )
