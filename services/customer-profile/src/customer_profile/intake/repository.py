"""SQL of the intake policy."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from customer_profile.intake.models import intake_policy
from customer_profile.intake.schemas import IntakePolicy, IntakePolicyIn

NEWEST = select(intake_policy).order_by(intake_policy.c.version.desc()).limit(1)


async def in_force(connection: AsyncConnection) -> IntakePolicy:
    """Return the policy in force; the first version comes with the migration."""
    row = (await connection.execute(NEWEST)).mappings().one()
    return IntakePolicy.model_validate(row)


async def in_force_locked(connection: AsyncConnection) -> IntakePolicy:
    """Return the policy in force, locked against a change at the same time."""
    row = (await connection.execute(NEWEST.with_for_update())).mappings().one()
    return IntakePolicy.model_validate(row)


async def add_version(
    connection: AsyncConnection, policy: IntakePolicyIn, *, version: int, at: datetime, by: str
) -> None:
    """Put `policy` in force as `version`; a version is never overwritten."""
    values = {**policy.model_dump(mode="json"), "version": version, "changed_at": at, "changed_by": by}
    await connection.execute(insert(intake_policy), values)
