"""Reading and adding versions of the service policy."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from complaints.domain.service_level import ServicePolicy
from complaints.policy.models import service_policy
from complaints.policy.schemas import PolicyDocument

NEWEST = select(service_policy).order_by(service_policy.c.version.desc()).limit(1)


async def newest(connection: AsyncConnection) -> Row[Any]:
    """Answer the row of the policy in force."""
    return (await connection.execute(NEWEST)).one()


async def in_force(connection: AsyncConnection) -> ServicePolicy:
    """Answer the rules in force."""
    row = await newest(connection)
    return PolicyDocument.model_validate(row.document).rules(row.version)


async def add(connection: AsyncConnection, version: int, document: dict[str, Any], *, at: datetime, actor: str) -> bool:
    """Add a version; False when another transaction added it first."""
    values = {"version": version, "document": document, "set_at": at, "actor": actor}
    statement = insert(service_policy).values(values).on_conflict_do_nothing()
    return (await connection.execute(statement.returning(service_policy.c.version))).one_or_none() is not None
