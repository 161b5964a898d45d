"""SQL of the revision of the rulebook, and of its lock."""

from uuid import UUID

from sqlalchemy import func, select, text, update

from lealtad.db import Connection
from segmentation.rulebook.models import rulebook

LOCK_KEY = 0x5E6_3E47
"""Key of the advisory lock. No other lock of this database is taken by a 64-bit key in a transaction."""


async def lock_shared(connection: Connection) -> None:
    """Lock the rulebook against changes until the transaction ends; evaluations share the lock.

    Call this before customers are locked. A change of the rulebook waits for all evaluations under way, so that none
    of them announces by the old rulebook after the change.
    """
    await connection.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": LOCK_KEY})


async def lock_exclusive(connection: Connection) -> None:
    """Lock the rulebook for a change; wait for the evaluations under way, and block new ones until the end."""
    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})


async def read_revision(connection: Connection) -> UUID:
    """Return the id of the rulebook in force."""
    revision: UUID = (await connection.execute(select(rulebook.c.revision))).one()[0]
    return revision


async def update_revision(connection: Connection) -> None:
    """Update the id of the rulebook to a new one."""
    await connection.execute(update(rulebook).values(revision=func.gen_random_uuid()))
