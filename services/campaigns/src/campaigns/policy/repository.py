"""SQL of the contact policy in force with the revision of all rules."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from campaigns.domain.policy import ContactPolicy
from campaigns.policy.models import CONTACT_POLICY

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


async def in_force(connection: AsyncConnection) -> PolicyInForce:
    """Return the policy in force; the first version comes with the migration."""
    row = (await connection.execute(IN_FORCE)).one()
    return PolicyInForce(row.version, CONTACT_POLICY.parse(row.policy), row.revision, row.hold_out_salt)


async def revise(connection: AsyncConnection) -> None:
    """Say that rules changed: every customer decided under an earlier revision is due."""
    await connection.execute(REVISE)


async def revision(connection: AsyncConnection) -> int:
    """Return the revision of the rules in force."""
    return int((await connection.execute(REVISION)).scalar_one())
