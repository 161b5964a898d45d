"""SQL of the folded facts: each statement takes a whole batch."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from segmentation.facts.measures import ActivityFact, DayTotals, Measures, merged, moments
from segmentation.facts.models import COUNTS, LARGEST, LAST_DAYS, SUMS

ADDED = (*COUNTS, *SUMS)
MEASURES = (*ADDED, LARGEST)
DAYS = ("first_purchase", *LAST_DAYS)
LINE_MEASURES = ("purchases", "returns", "purchase_amount", "returned_amount")


def _arrays(names: Sequence[str]) -> str:
    types = {name: "integer[]" if name in COUNTS else "numeric[]" for name in names}
    return ", ".join(f"CAST(:{name} AS {types[name]})" for name in names)


def _additions(table: str, names: Sequence[str]) -> str:
    return ", ".join(f"{name} = {table}.{name} + EXCLUDED.{name}" for name in names)


KEEP_LARGEST = "{0}.largest_purchase, EXCLUDED.largest_purchase"

INSERT_ACTIVITY = text("""
INSERT INTO activity_fact (event_id, customer_id, kind, occurred_at, amount)
SELECT * FROM unnest(CAST(:event_ids AS uuid[]), CAST(:customer_ids AS uuid[]), CAST(:kinds AS text[]),
                     CAST(:times AS timestamptz[]), CAST(:amounts AS numeric[]))
ON CONFLICT (event_id) DO NOTHING
RETURNING event_id
""")

ADD_TO_DAYS = text(f"""
INSERT INTO activity_day (customer_id, day, {", ".join(MEASURES)})
SELECT * FROM unnest(CAST(:customer_ids AS uuid[]), CAST(:days AS date[]), {_arrays(MEASURES)})
ON CONFLICT (customer_id, day) DO UPDATE SET {_additions("activity_day", ADDED)},
    largest_purchase = greatest({KEEP_LARGEST.format("activity_day")})
""")

ADD_TO_LINE_DAYS = text(f"""
INSERT INTO activity_line_day (customer_id, day, product_line, {", ".join(LINE_MEASURES)})
SELECT * FROM unnest(CAST(:customer_ids AS uuid[]), CAST(:days AS date[]), CAST(:lines AS text[]),
                     {_arrays(LINE_MEASURES)})
ON CONFLICT (customer_id, day, product_line) DO UPDATE SET {_additions("activity_line_day", LINE_MEASURES)}
""")

# GREATEST and LEAST pass over NULL, so that any order of facts gives the same first and last day.
ADD_TO_TOTALS = text(f"""
INSERT INTO activity_total (customer_id, {", ".join(MEASURES)}, {", ".join(DAYS)})
SELECT * FROM unnest(CAST(:customer_ids AS uuid[]), {_arrays(MEASURES)},
                     {", ".join(f"CAST(:{name} AS date[])" for name in DAYS)})
ON CONFLICT (customer_id) DO UPDATE SET {_additions("activity_total", ADDED)},
    largest_purchase = greatest({KEEP_LARGEST.format("activity_total")}),
    first_purchase = least(activity_total.first_purchase, EXCLUDED.first_purchase),
    {", ".join(f"{name} = greatest(activity_total.{name}, EXCLUDED.{name})" for name in LAST_DAYS)}
""")


async def insert_activity(connection: AsyncConnection, facts: Sequence[ActivityFact]) -> set[UUID]:
    """Store facts; return the ids of those that were not stored before."""
    rows = await connection.execute(
        INSERT_ACTIVITY,
        {
            "event_ids": [fact.event_id for fact in facts],
            "customer_ids": [fact.customer_id for fact in facts],
            "kinds": [fact.kind for fact in facts],
            "times": [fact.occurred_at for fact in facts],
            "amounts": [fact.amount for fact in facts],
        },
    )
    return set(rows.scalars())


async def add_to_days(connection: AsyncConnection, days: DayTotals) -> None:
    """Add to the days of customers."""
    keys = sorted(days)
    columns = _columns(MEASURES, [days[key] for key in keys])
    await connection.execute(
        ADD_TO_DAYS,
        {"customer_ids": [key[0] for key in keys], "days": [key[1] for key in keys], **columns},
    )


async def add_to_line_days(connection: AsyncConnection, days: Mapping[tuple[Any, ...], Measures]) -> None:
    """Add to the days of customers per product line; keys are (customer, day, product line)."""
    keys = sorted(days)
    customers, dates, lines = (list(column) for column in zip(*keys, strict=True))
    columns = _columns(LINE_MEASURES, [days[key] for key in keys])
    await connection.execute(ADD_TO_LINE_DAYS, {"customer_ids": customers, "days": dates, "lines": lines, **columns})


async def add_to_totals(connection: AsyncConnection, days: DayTotals) -> None:
    """Add days to the totals of their customers, and move their first and last days."""
    totals, reached = merged(days), moments(days)
    customers = sorted(totals)
    dates = {name: [reached[customer_id].get(name) for customer_id in customers] for name in DAYS}
    columns = _columns(MEASURES, [totals[customer_id] for customer_id in customers])
    await connection.execute(ADD_TO_TOTALS, {"customer_ids": customers, **dates, **columns})


def _columns(names: Sequence[str], rows: Sequence[Measures]) -> dict[str, list[Any]]:
    return {name: [row.get(name, 0) for row in rows] for name in names}
