"""SQL of the versions of a policy."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Row, String, Table, Text, cast, insert, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from lealtad.db.columns import OWNED, moment


def policy_table(metadata: MetaData, name: str) -> Table:
    """Return the table `owned.<name>` of a policy's versions."""
    return Table(
        name,
        metadata,
        Column("version", Integer, primary_key=True, comment="the largest is in force"),
        Column("policy", JSONB, nullable=False),
        moment("changed_at", nullable=False, comment="business time"),
        Column("changed_by", String, nullable=False),
        schema=OWNED,
    )


async def read(connection: AsyncConnection, table: Table, version: int | None = None) -> Row[Any] | None:
    """Return a version, by default the one in force, its policy as JSON text."""
    columns = table.c
    query = select(columns.version, cast(columns.policy, Text).label("policy"), columns.changed_at, columns.changed_by)
    if version is not None:
        query = query.where(columns.version == version)
    return (await connection.execute(query.order_by(columns.version.desc()).limit(1))).one_or_none()


async def lock(connection: AsyncConnection, table: Table) -> None:
    """Let no other change of the policy come until this transaction ends; it is read meanwhile."""
    await connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))


async def add(
    connection: AsyncConnection, table: Table, policy: Mapping[str, Any], *, version: int, at: datetime, by: str
) -> None:
    """Store a version; none is ever overwritten."""
    values = {"version": version, "policy": policy, "changed_at": at, "changed_by": by}
    await connection.execute(insert(table), values)
