"""SQL of the values that customers have. Of a large table a random sample is read."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Float, Table, func, literal, select, tablesample, text

from lealtad.db import Connection
from segmentation.customers.models import CUSTOMERS
from segmentation.domain.known_values import PRODUCT_LINE
from segmentation.domain.vocabulary import Attribute
from segmentation.facts.models import CHURN_BANDS, activity_line_day

MAX_ROWS = 1_000_000
"""Rows of a table that are read, about: a second or less."""
MAX_VALUES = 500
"""Values of one list that are compared with an unknown one."""
COLUMNS: dict[str, Column[Any]] = {
    Attribute.COUNTRY: CUSTOMERS.customer.c.country,
    Attribute.REGION: CUSTOMERS.customer.c.region,
    Attribute.LANGUAGE: CUSTOMERS.customer.c.language,
    PRODUCT_LINE: activity_line_day.c.product_line,
}
"""The columns that hold the values of open lists."""

SIZE = text("SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(:name)")


async def find_values(connection: Connection, list_name: str, values: Iterable[str]) -> frozenset[str]:
    """Return those of `values` that a customer has; where one is missing, also other values that customers have."""
    column, wanted = COLUMNS[list_name], frozenset(values)
    rows = await _sample(connection, column.table)
    occurring = rows.c[column.name]
    present = await connection.execute(select(occurring).where(occurring.in_(wanted)).distinct())
    found = frozenset(present.scalars())
    if found == wanted:
        return found
    others = select(occurring).where(occurring.is_not(None)).distinct().limit(MAX_VALUES)
    return found | frozenset((await connection.execute(others)).scalars())


async def find_bands(connection: Connection) -> frozenset[str] | None:
    """Return the announced bands of churn; None where none were announced."""
    bands = await connection.scalar(select(CHURN_BANDS.table.c.bands).limit(1))
    return None if bands is None else frozenset(bands)


async def _sample(connection: Connection, table: Table) -> Any:
    # The planner's estimate is -1 for a table that was never analysed.
    rows = await connection.scalar(SIZE, {"name": table.name}) or 0
    if rows <= MAX_ROWS:
        return table
    return tablesample(table, func.system(literal(100 * MAX_ROWS / rows, Float)))
