"""Copies of prepared customers in the database, since a million customers by HTTP take hours.

Every table of every service that has rows of a customer is copied under new ids; references to definitions (segments,
offers) stay. Tables that no purchase reads by customer are left out: journal, outbox, idempotency keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

CUSTOMER_COLUMNS = {("owned", "customer"): "id", ("platform", "sequence_counter"): "key"}
"""Tables whose customer id has another name than `customer_id`."""
OF_DEFINITIONS = {"segment_id", "offer_id"}
TEXT_IDS = {"external_id", "source_fact_id"}
COLUMNS = """
    SELECT c.table_schema AS schema, c.table_name AS table, c.column_name AS column, c.udt_name AS type
    FROM information_schema.columns AS c JOIN information_schema.tables AS t USING (table_schema, table_name)
    WHERE t.table_type = 'BASE TABLE' AND c.is_identity = 'NO' AND c.is_generated = 'NEVER'
        AND (c.table_schema IN ('owned', 'derived') OR c.table_name = 'sequence_counter')
    ORDER BY c.table_schema, c.table_name, c.ordinal_position
"""
UUID = "uuid"
STATEMENT_S = 1800.0
"""A time limit of minutes, for a million customers' rows of one table."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with rows of customers."""

    schema: str
    name: str
    columns: dict[str, str]
    """The type of each column."""

    @property
    def customer(self) -> str | None:
        """Return the column with the customer's id, or None."""
        named = CUSTOMER_COLUMNS.get((self.schema, self.name), "customer_id")
        return named if self.columns.get(named) == UUID else None

    @property
    def copying(self) -> str:
        """Return the statement that copies rows of customers ($1) for the numbers from $2 to $3."""
        names, place = ", ".join(map(_quoted, self.columns)), f"{self.schema}.{self.name}"
        values = ", ".join(_value(column, type_) for column, type_ in self.columns.items())
        return f"""
            INSERT INTO {place} ({names})
            SELECT {values} FROM {place} AS original, generate_series($2::int, $3::int) AS n
            WHERE original.{self.customer} = ANY($1::uuid[]) ON CONFLICT DO NOTHING
        """


def _quoted(column: str) -> str:
    return f'"{column}"'


def _value(column: str, type_: str) -> str:
    original = f"original.{_quoted(column)}"
    if type_ == UUID and column not in OF_DEFINITIONS:
        # The time prefix stays, so that ids are as close as those of customers registered together.
        return f"(left({original}::text, 24) || lpad(to_hex(n), 12, '0'))::uuid"
    if column in TEXT_IDS:
        return f"{original} || '-' || n"
    return original


async def copy_customers(database_url: str, ids: Sequence[str], first: int, last: int) -> int:
    """Copy the rows of these customers once for each number from `first` to `last`; return the number of rows.

    `database_url` is the superuser's, who may skip foreign key checks, since copies refer to copies.
    """
    connection = await asyncpg.connect(database_url, timeout=10, command_timeout=STATEMENT_S)
    try:
        await connection.execute("SET session_replication_role = replica")
        rows = 0
        for table in await _tables(connection):
            if table.customer:
                status = await connection.execute(table.copying, list(ids), first, last)
                rows += int(status.rpartition(" ")[2])
    finally:
        await connection.close()
    return rows


async def tidy(database_url: str) -> None:
    """Vacuum and analyze a database as autovacuum would, so that plans know the sizes of the tables."""
    connection = await asyncpg.connect(database_url, timeout=10, command_timeout=STATEMENT_S)
    try:
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def _tables(connection: asyncpg.Connection) -> list[Table]:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in await connection.fetch(COLUMNS):
        found.setdefault((row["schema"], row["table"]), {})[row["column"]] = row["type"]
    return [Table(schema, name, columns) for (schema, name), columns in found.items()]
