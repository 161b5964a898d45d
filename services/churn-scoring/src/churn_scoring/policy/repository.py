"""SQL of releases, each a policy and a model that are in force together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, null, select, text

from churn_scoring.policy.models import release
from lealtad.db import Connection


@dataclass(frozen=True, slots=True)
class Release:
    """A policy and a model that are in force together."""

    id: int
    policy_version: int
    model_version: int


IN_FORCE = select(release).order_by(release.c.id.desc()).limit(1)

# Changes of policy and promotions of models run one after another: a new release copies the other part of the last one.
SERIALISE = text("LOCK TABLE release IN SHARE ROW EXCLUSIVE MODE")


async def read_release_in_force(connection: Connection) -> Release:
    """Return the release in force; the migration inserts the first one."""
    row = (await connection.execute(IN_FORCE)).one()
    return Release(row.id, row.policy_version, row.model_version)


async def lock_release_in_force(connection: Connection) -> Release:
    """Lock releases against new ones until the transaction ends, and return the release in force."""
    await connection.execute(SERIALISE)
    return await read_release_in_force(connection)


async def read_level(connection: Connection, release_id: int) -> dict[str, Any] | None:
    """Return the level of a release, or None."""
    level: dict[str, Any] | None = await connection.scalar(select(release.c.level).where(release.c.id == release_id))
    return level


async def insert_release(
    connection: Connection,
    *,
    policy_version: int,
    model_version: int,
    at: datetime,
    level: Mapping[str, Any] | None = None,
) -> None:
    """Insert a release, which puts it in force; the due-loop then evaluates every score again."""
    values = {
        "policy_version": policy_version,
        "model_version": model_version,
        "released_at": at,
        "level": level or null(),
    }
    await connection.execute(insert(release), values)
