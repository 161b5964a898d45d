"""SQL of the versions of a policy."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, insert, text
from sqlalchemy.dialects.postgresql import JSONB

from lealtad.db import Connection, Row
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


async def read(connection: Connection, table: Table, version: int | None = None) -> Row | None:
    """Return a version, by default the one in force, with its policy as JSON text."""
    # Every fact reads the policy, so it is returned as text: a parsed version is found by its text.
    condition = "" if version is None else "WHERE version = :version"
    query = f"""
        SELECT version, CAST(policy AS text) AS policy, changed_at, changed_by FROM {table.name} {condition}
        ORDER BY version DESC LIMIT 1
    """
    return (await connection.execute(text(query), {} if version is None else {"version": version})).one_or_none()


async def read_at(connection: Connection, table: Table, moment: datetime) -> Row:
    """Return the version in force at `moment`, or the first, with its policy as JSON text."""
    query = f"""
        SELECT version, CAST(policy AS text) AS policy, changed_at, changed_by FROM {table.name}
        WHERE version = (
            SELECT coalesce(max(version) FILTER (WHERE changed_at <= :moment), min(version)) FROM {table.name}
        )
    """
    return (await connection.execute(text(query), {"moment": moment})).one()


async def lock(connection: Connection, table: Table) -> None:
    """Lock the policy against other changes until the transaction ends; reads go on."""
    await connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))


async def add(
    connection: Connection, table: Table, policy: Mapping[str, Any], *, version: int, at: datetime, by: str
) -> None:
    """Insert a version; no version is ever overwritten."""
    values = {"version": version, "policy": policy, "changed_at": at, "changed_by": by}
    await connection.execute(insert(table).values(values))
