"""SQL of releases: which policy and which model are in force together."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, text

from churn_scoring.policy.models import release
from lealtad.db import Connection


@dataclass(frozen=True, slots=True)
class Release:
    """A policy and a model that score together."""

    id: int
    policy_version: int
    model_version: int


IN_FORCE = select(release).order_by(release.c.id.desc()).limit(1)

# Changes of policy and promotions of models queue here: each new release takes over what the other set.
SERIALISE = text("LOCK TABLE release IN SHARE ROW EXCLUSIVE MODE")


async def read_release_in_force(connection: Connection) -> Release:
    """Return the release in force; the first one comes with the migration."""
    row = (await connection.execute(IN_FORCE)).one()
    return Release(row.id, row.policy_version, row.model_version)


async def lock_release_in_force(connection: Connection) -> Release:
    """Return the release in force, with no other coming until this transaction ends."""
    await connection.execute(SERIALISE)
    return await read_release_in_force(connection)


async def insert_release(connection: Connection, *, policy_version: int, model_version: int, at: datetime) -> None:
    """Put a policy and a model in force; every score is looked at again under them by the due-loop."""
    values = {"policy_version": policy_version, "model_version": model_version, "released_at": at}
    await connection.execute(insert(release), values)
