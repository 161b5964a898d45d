"""SQL of the rulebook: the revision of policy and offers together."""

from sqlalchemy import text

from lealtad.db import Connection

INCREMENT_REVISION = text("UPDATE rulebook SET revision = revision + 1")


async def increment_revision(connection: Connection) -> None:
    """Increment the revision, so that every customer decided under an earlier one is due."""
    await connection.execute(INCREMENT_REVISION)
