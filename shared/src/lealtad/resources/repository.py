"""SQL of resources and their versions."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import UUID as UUID_TYPE
from sqlalchemy import Boolean, Column, ColumnElement, ForeignKey, Integer, MetaData, String, Table, or_, select, text
from sqlalchemy import insert as insert_into
from sqlalchemy import update as update_of
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB

from lealtad.db import Connection, Row
from lealtad.db.columns import OWNED, moment
from lealtad.scalars import parse_id

Values = Mapping[str, Any]


def resource_table(metadata: MetaData, kind: str, *, document: str, retired: str) -> Table:
    """Return the table `owned.<kind>`: a row per resource, as its newest version leaves it."""
    return Table(
        kind,
        metadata,
        Column(f"{kind}_id", UUID_TYPE, primary_key=True),
        Column("key", String, nullable=False, unique=True),
        Column("version", Integer, nullable=False, comment="the one in force; the ETag"),
        Column(retired, Boolean, nullable=False, server_default=text("false")),
        *_content(document),
        schema=OWNED,
    )


def version_table(table: Table, *, document: str, retired: str) -> Table:
    """Return the table `owned.<kind>_version` of all versions of the resources in `table`."""
    (identity,) = table.primary_key.columns
    return Table(
        f"{table.name}_version",
        table.metadata,
        Column(identity.name, UUID_TYPE, ForeignKey(identity), primary_key=True),
        Column("version", Integer, primary_key=True),
        Column(retired, Boolean, nullable=False),
        *_content(document),
        schema=OWNED,
    )


def _content(document: str) -> list[Column[Any]]:
    return [
        Column(document, JSONB, nullable=False),
        moment("changed_at", nullable=False),
        Column("changed_by", String, nullable=False),
    ]


async def find(connection: Connection, key: Column[Any], reference: UUID | str, *, lock: bool) -> Row | None:
    """Return the row with the id `reference`, or else with this key; with `lock`, lock it."""
    (identity,) = key.table.primary_key
    wanted = parse_id(str(reference))
    is_named = key == str(reference)
    query = select(key.table).where(is_named)
    if wanted is not None and identity is not key:
        query = select(key.table).where(or_(identity == wanted, is_named)).order_by(identity != wanted).limit(1)
    return (await connection.execute(query.with_for_update() if lock else query)).one_or_none()


async def page(
    connection: Connection, key: Column[Any], after: str | None, limit: int, conditions: Sequence[ColumnElement[bool]]
) -> Sequence[Row]:
    """Return the rows that meet `conditions`, by ascending key, after the key `after`."""
    query = select(key.table).where(*conditions).order_by(key).limit(limit)
    return await connection.execute(query if after is None else query.where(key > after))


async def insert(connection: Connection, key: Column[Any], values: Values) -> Row | None:
    """Insert a row and return it; return None when its key exists."""
    statement = postgresql.insert(key.table).values(**values).on_conflict_do_nothing(index_elements=[key])
    return (await connection.execute(statement.returning(key.table))).one_or_none()


async def update(connection: Connection, key: Column[Any], value: str, values: Values) -> Row:
    """Update the locked row with the key `value` and return it."""
    statement = update_of(key.table).where(key == value).values(**values)
    return (await connection.execute(statement.returning(key.table))).one()


async def insert_version(connection: Connection, versions: Table, row: Row) -> None:
    """Insert what `row` of the resource holds as a version; none is ever overwritten."""
    await connection.execute(
        insert_into(versions).values({column.name: row[column.name] for column in versions.columns})
    )


async def read_version(
    connection: Connection, key: Column[Any], versions: Table, resource_id: UUID, version: int
) -> Row | None:
    """Return a version of a resource with its key, or None."""
    (identity,) = key.table.primary_key
    columns = versions.columns
    query = select(versions, key).join(key.table, identity == columns[identity.name])
    query = query.where(columns[identity.name] == resource_id, columns.version == version)
    return (await connection.execute(query)).one_or_none()
