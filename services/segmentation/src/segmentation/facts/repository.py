"""SQL of activity: one statement takes a whole batch."""

from collections.abc import Iterable, Sequence

from sqlalchemy import text

from lealtad.db import Connection
from lealtad.db.recordset import Row, as_rows
from segmentation.facts.models import COUNTS, LARGEST, LAST_DAYS, SUMS

ADDED = (*COUNTS, *SUMS)
MEASURES = (*ADDED, LARGEST)
DAYS = ("first_purchase", *LAST_DAYS)
LINE_MEASURES = ("purchases", "returns", "purchase_amount", "returned_amount")


def _typed(names: Iterable[str]) -> str:
    return ", ".join(f"{name} {'integer' if name in COUNTS else 'numeric'}" for name in names)


def _sums(source: str, names: Sequence[str]) -> str:
    return ", ".join(f"coalesce(sum({source}.{name}), 0)" for name in names)


def _additions(table: str, names: Sequence[str]) -> str:
    return ", ".join(f"{name} = {table}.{name} + EXCLUDED.{name}" for name in names)


LARGEST_OF_NEW = "greatest(max(new.largest_purchase), 0)"
KEEP_LARGEST = "largest_purchase = greatest({0}.largest_purchase, EXCLUDED.largest_purchase)"
LAST_DAYS_OF_NEW = ", ".join(f"max(new.day) FILTER (WHERE new.{count} > 0)" for count in LAST_DAYS.values())

# All parts see one snapshot and need no newer one. `new` is the rows that the first INSERT returns, not the content of
# its table. ON CONFLICT adds to the newest version of a row. Each table is written in ascending key.
# GREATEST and LEAST ignore NULL, so that any order of facts gives the same first and last day.
ADD_ACTIVITY = text(f"""
WITH fact AS (
    SELECT *, CAST(occurred_at AT TIME ZONE 'UTC' AS date) AS day
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
      AS row (event_id uuid, customer_id uuid, kind text, occurred_at timestamptz, amount numeric, {_typed(MEASURES)},
              lines jsonb)
), stored AS (
    INSERT INTO activity_fact (event_id, customer_id, kind, occurred_at, amount)
    SELECT event_id, customer_id, kind, occurred_at, amount FROM fact ORDER BY event_id
    ON CONFLICT (event_id) DO NOTHING
    RETURNING event_id
), new AS (
    SELECT fact.* FROM fact JOIN stored USING (event_id)
), by_day AS (
    INSERT INTO activity_day (customer_id, day, {", ".join(MEASURES)})
    SELECT customer_id, day, {_sums("new", ADDED)}, {LARGEST_OF_NEW}
    FROM new GROUP BY customer_id, day ORDER BY customer_id, day
    ON CONFLICT (customer_id, day) DO UPDATE SET {_additions("activity_day", ADDED)},
        {KEEP_LARGEST.format("activity_day")}
), by_line_and_day AS (
    INSERT INTO activity_line_day (customer_id, day, product_line, {", ".join(LINE_MEASURES)})
    SELECT customer_id, day, product_line, {_sums("line", LINE_MEASURES)}
    FROM new CROSS JOIN jsonb_to_recordset(new.lines) AS line (product_line text, {_typed(LINE_MEASURES)})
    GROUP BY customer_id, day, product_line ORDER BY customer_id, day, product_line
    ON CONFLICT (customer_id, day, product_line) DO UPDATE SET {_additions("activity_line_day", LINE_MEASURES)}
)
INSERT INTO activity_total (customer_id, {", ".join(MEASURES)}, {", ".join(DAYS)})
SELECT customer_id, {_sums("new", ADDED)}, {LARGEST_OF_NEW},
       min(new.day) FILTER (WHERE new.purchases > 0), {LAST_DAYS_OF_NEW}
FROM new GROUP BY customer_id ORDER BY customer_id
ON CONFLICT (customer_id) DO UPDATE SET {_additions("activity_total", ADDED)},
    {KEEP_LARGEST.format("activity_total")},
    first_purchase = least(activity_total.first_purchase, EXCLUDED.first_purchase),
    {", ".join(f"{name} = greatest(activity_total.{name}, EXCLUDED.{name})" for name in LAST_DAYS)}
""")


async def add_activity(connection: Connection, facts: Sequence[Row]) -> None:
    """Insert facts, and add the new ones to the days, the days per product line, and the totals.

    A row holds the columns of `activity_fact`, the measures of its day other than 0, and its `lines`. Each line is a
    product line with its measures.
    """
    await connection.execute(ADD_ACTIVITY, as_rows(facts))
