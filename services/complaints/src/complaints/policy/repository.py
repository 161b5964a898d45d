"""SQL of the announced service tiers."""

from sqlalchemy import text

from lealtad.db import Connection

TIERS = text("SELECT tiers FROM service_levels LIMIT 1")


async def read_service_levels(connection: Connection) -> list[str] | None:
    """Return the service tiers of the newest value policy; None while none was announced."""
    tiers: list[str] | None = await connection.scalar(TIERS)
    return tiers
