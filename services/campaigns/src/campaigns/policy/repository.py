"""SQL of the contact policy and of the revision of all rules."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Row, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from campaigns.domain.policy import ContactPolicy
from campaigns.policy.models import contact_policy

IN_FORCE = text("""
    SELECT version, CAST(policy AS text) AS policy, rulebook.revision, rulebook.hold_out_salt
    FROM contact_policy CROSS JOIN rulebook ORDER BY version DESC LIMIT 1
""")
REVISE = text("UPDATE rulebook SET revision = revision + 1")
REVISION = text("SELECT revision FROM rulebook")


@dataclass(frozen=True, slots=True)
class PolicyInForce:
    """The policy, its version, and the revision of all rules that it was read with."""

    version: int
    policy: ContactPolicy
    revision: int
    hold_out_salt: str


@lru_cache(maxsize=64)
def policy_of(document: str) -> ContactPolicy:
    """Return the policy in a stored JSON document; a version never changes, so each is parsed once a process."""
    return ContactPolicy.model_validate_json(document)


async def in_force(connection: AsyncConnection) -> PolicyInForce:
    """Return the policy in force; the first version comes with the migration."""
    row = (await connection.execute(IN_FORCE)).one()
    return PolicyInForce(row.version, policy_of(row.policy), row.revision, row.hold_out_salt)


async def read(connection: AsyncConnection, version: int | None = None, *, lock: bool = False) -> Row | None:  # type: ignore[type-arg]
    """Return a version of the policy, by default the one in force."""
    found = select(contact_policy).order_by(contact_policy.c.version.desc()).limit(1)
    if version is not None:
        found = found.where(contact_policy.c.version == version)
    return (await connection.execute(found.with_for_update() if lock else found)).one_or_none()


async def add_version(
    connection: AsyncConnection, policy: ContactPolicy, *, version: int, at: datetime, by: str
) -> None:
    """Put `policy` in force as `version`; a version is never overwritten."""
    values = {"version": version, "policy": policy.model_dump(mode="json"), "changed_at": at, "changed_by": by}
    await connection.execute(insert(contact_policy), values)


async def revise(connection: AsyncConnection) -> None:
    """Say that rules changed: every customer decided under an earlier revision is due."""
    await connection.execute(REVISE)


async def revision(connection: AsyncConnection) -> int:
    """Return the revision of the rules in force."""
    return int((await connection.execute(REVISION)).scalar_one())
