"""SQL of the scoring policy and of releases: which policy and which model are in force together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from churn_scoring.policy.models import release, scoring_policy


@dataclass(frozen=True, slots=True)
class Release:
    """A policy and a model that score together."""

    id: int
    policy_version: int
    model_version: int


IN_FORCE = select(release).order_by(release.c.id.desc()).limit(1)

# Changes of policy and promotions of models queue here: each new release takes over what the other set.
SERIALISE = text("LOCK TABLE release IN SHARE ROW EXCLUSIVE MODE")


async def in_force(connection: AsyncConnection) -> Release:
    """Return the release in force; the first one comes with the migration."""
    row = (await connection.execute(IN_FORCE)).one()
    return Release(row.id, row.policy_version, row.model_version)


async def in_force_locked(connection: AsyncConnection) -> Release:
    """Return the release in force, with no other coming until this transaction ends."""
    await connection.execute(SERIALISE)
    return await in_force(connection)


async def add_release(connection: AsyncConnection, *, policy_version: int, model_version: int, at: datetime) -> None:
    """Put a policy and a model in force; every score is looked at again under them by the due-loop."""
    values = {"policy_version": policy_version, "model_version": model_version, "released_at": at}
    await connection.execute(insert(release), values)


async def read_policy(connection: AsyncConnection, version: int) -> RowMapping:
    """Return a version of the policy."""
    query = select(scoring_policy).where(scoring_policy.c.version == version)
    return (await connection.execute(query)).mappings().one()


async def add_policy(
    connection: AsyncConnection, document: dict[str, Any], *, version: int, at: datetime, by: str
) -> None:
    """Store a version of the policy; none is ever overwritten."""
    values = {"version": version, "document": document, "changed_at": at, "changed_by": by}
    await connection.execute(insert(scoring_policy), values)
