"""SQL of the revision of all rules."""

from sqlalchemy import text

from lealtad.db import Connection

REVISE = text("UPDATE rulebook SET revision = revision + 1")


async def revise(connection: Connection) -> None:
    """Say that rules changed, or an offer is exhausted: every customer decided under an earlier revision is due."""
    await connection.execute(REVISE)
