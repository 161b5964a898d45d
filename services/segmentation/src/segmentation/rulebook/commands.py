"""Commands that concern the rulebook as a whole."""

from lealtad.db import Connection
from segmentation.rulebook import repository


async def begin_revision(connection: Connection) -> None:
    """Lock the rulebook and give it a new revision; call this before any part of the rulebook changes.

    Returns once the evaluations under way have ended.
    """
    await repository.lock_exclusive(connection)
    await repository.update_revision(connection)
