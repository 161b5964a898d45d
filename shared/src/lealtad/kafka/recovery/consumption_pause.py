"""Why the workers of a service stand still, stored where all its processes see it."""

from sqlalchemy import text

from lealtad.unit_of_work import Database

READ = text("SELECT reason FROM hold")
SET = text("""
    INSERT INTO hold (id, reason) VALUES (1, :reason)
    ON CONFLICT (id) DO UPDATE SET reason = excluded.reason WHERE hold.reason <> excluded.reason
""")
LIFT = text("DELETE FROM hold")


async def reason(database: Database) -> str | None:
    """Return why the workers stand still; None while they work."""
    async with database.read() as uow:
        found: str | None = await uow.connection.scalar(READ)
    return found


async def put(database: Database, why: str) -> None:
    """Store why the workers stand still."""
    async with database.begin() as uow:
        await uow.connection.execute(SET, {"reason": why})


async def lift(database: Database) -> None:
    """Delete the reason: the workers work."""
    async with database.begin() as uow:
        await uow.connection.execute(LIFT)
