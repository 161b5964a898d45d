"""The tables that a rebuild fills: copied from the database's own definition of `derived`.

The database's definition cannot drift from the migrations, as the code's tables might. Each rebuild signs its copy with
its id, so that a rebuild that was thought dead never writes into the tables of the next one.
"""

from uuid import UUID

from sqlalchemy import text

from lealtad.db import Connection
from lealtad.db.columns import DERIVED
from lealtad.kafka.recovery.rebuild.errors import RebuildError

NEXT = "derived_next"
FORMER = "derived_old"

# LIKE names indexes anew, leaves storage parameters out, and copies no foreign key.
COPY = text(f"""
    WITH found AS (
        SELECT oid, relname, reloptions FROM pg_class
        WHERE relnamespace = CAST('{DERIVED}' AS regnamespace) AND relkind = 'r')
    SELECT 1 AS step, format('CREATE TABLE {NEXT}.%I (LIKE {DERIVED}.%I INCLUDING ALL EXCLUDING INDEXES)%s',
        relname, relname, ' WITH (' || array_to_string(reloptions, ', ') || ')') AS statement
    FROM found
    UNION ALL
    SELECT CASE contype WHEN 'f' THEN 3 ELSE 2 END, format('ALTER TABLE {NEXT}.%I ADD CONSTRAINT %I %s',
        relname, conname, replace(pg_get_constraintdef(c.oid), '{DERIVED}.', '{NEXT}.'))
    FROM found JOIN pg_constraint AS c ON conrelid = found.oid AND contype IN ('p', 'u', 'x', 'f')
    UNION ALL
    SELECT 2, replace(pg_get_indexdef(indexrelid), ' ON {DERIVED}.', ' ON {NEXT}.')
    FROM found JOIN pg_index ON indrelid = found.oid
    WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)
    ORDER BY step, statement
""")

DESCRIPTION = text("""
    WITH described AS (
        SELECT oid, relname, relkind, reloptions, relacl FROM pg_class
        WHERE relnamespace = CAST(:schema AS regnamespace) AND relkind NOT IN ('i', 'I'))
    SELECT replace(line, :schema || '.', '') FROM (
        SELECT format('%s is %s, options %s, rights %s', relname, relkind, reloptions, relacl) AS line FROM described
        UNION ALL
        SELECT format('%s column %s is %s %s, collation %s, not null %s, %s%s default %s, comment %s', relname,
            row_number() OVER (PARTITION BY attrelid ORDER BY attnum), attname, format_type(atttypid, atttypmod),
            attcollation, attnotnull, attidentity, attgenerated, pg_get_expr(adbin, adrelid),
            col_description(attrelid, attnum))
        FROM described JOIN pg_attribute ON attrelid = oid AND attnum > 0 AND NOT attisdropped
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        UNION ALL
        SELECT format('%s constraint %s %s', relname, conname, pg_get_constraintdef(c.oid))
        FROM described JOIN pg_constraint AS c ON conrelid = described.oid
        UNION ALL
        SELECT pg_get_indexdef(indexrelid) FROM described JOIN pg_index ON indrelid = oid
        UNION ALL
        SELECT format('%s trigger %s', relname, pg_get_triggerdef(t.oid))
        FROM described JOIN pg_trigger AS t ON tgrelid = described.oid AND NOT tgisinternal
    ) AS lines ORDER BY 1
""")

TABLES = text("""
    SELECT format('%I.%I', CAST(:schema AS text), relname) FROM pg_class
    WHERE relnamespace = to_regnamespace(:schema) AND relkind = 'r' ORDER BY relname
""")
SIGN = text(f"INSERT INTO {NEXT}.rebuild (id) VALUES (:id)")
SIGNED_BY = text(f"SELECT id FROM {NEXT}.rebuild")


async def description(connection: Connection, schema: str) -> list[str]:
    """Return one line for each table, column, constraint, index and trigger of `schema`, without the schema's name."""
    return list((await connection.execute(DESCRIPTION, {"schema": schema})).scalars())


async def require_same(connection: Connection) -> None:
    """Raise RebuildError unless `derived_next` has exactly the structure of `derived`."""
    now, copied = await description(connection, DERIVED), await description(connection, NEXT)
    if differing := sorted(set(now) ^ set(copied)):
        raise RebuildError(
            f"The copy of the derived tables is not like them: {'; '.join(differing[:5])}. If they were migrated "
            "meanwhile, run it again; otherwise this kind of object cannot be copied yet."
        )


async def make(connection: Connection, rebuild_id: UUID) -> None:
    """Make empty tables in `derived_next`, signed; whatever an earlier rebuild left behind is dropped."""
    for schema in (NEXT, FORMER):
        await drop(connection, schema)
    await connection.run(f"CREATE SCHEMA {NEXT}")
    for row in await connection.execute(COPY):
        await connection.run(row.statement)
    await require_same(connection)
    await connection.run(f"CREATE TABLE {NEXT}.rebuild (id uuid PRIMARY KEY)")
    await connection.execute(SIGN, {"id": rebuild_id})


async def require_signed(connection: Connection, rebuild_id: UUID) -> None:
    """Raise RebuildError where another rebuild made the tables; nobody can drop them until the transaction ends."""
    if await connection.scalar(SIGNED_BY) != rebuild_id:
        raise RebuildError("Another rebuild of this service began meanwhile; this one ends.")


async def analyze(connection: Connection) -> None:
    """Analyze the tables, so that the planner knows them before the first reader."""
    for table in (await connection.execute(TABLES, {"schema": NEXT})).scalars():
        await connection.run(f"ANALYZE {table}")


async def swap(connection: Connection) -> None:
    """Put `derived_next` in place of `derived`, which is `derived_old` from then on."""
    await connection.run(f"DROP TABLE {NEXT}.rebuild")
    await require_same(connection)
    await connection.run(f"ALTER SCHEMA {DERIVED} RENAME TO {FORMER}")
    await connection.run(f"ALTER SCHEMA {NEXT} RENAME TO {DERIVED}")


async def drop(connection: Connection, schema: str) -> None:
    """Drop `schema` and its tables if it exists; refused by the database when anything outside depends on them."""
    if tables := (await connection.execute(TABLES, {"schema": schema})).scalars():
        await connection.run(f"DROP TABLE {', '.join(tables)}")
    await connection.run(f"DROP SCHEMA IF EXISTS {schema}")
