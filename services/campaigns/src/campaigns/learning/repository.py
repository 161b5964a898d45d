"""SQL of what responses taught."""

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from campaigns.domain.propensity import Cell, Tally
from campaigns.learning.models import propensity
from lealtad.events.catalog.customer_profile import Channel

COUNT = text("""
    INSERT INTO propensity AS tally (offer_id, channel, band, accepted, rejected)
    VALUES (:offer_id, :channel, :band, :accepted, :rejected)
    ON CONFLICT (offer_id, channel, band) DO UPDATE
    SET accepted = tally.accepted + excluded.accepted, rejected = tally.rejected + excluded.rejected
""")


async def tallies(connection: AsyncConnection) -> dict[Cell, Tally]:
    """Return all cells: offers x channels x bands, a few hundred at most."""
    rows = await connection.execute(select(propensity))
    return {Cell(r.offer_id, Channel(r.channel), r.band): Tally(r.accepted, r.rejected) for r in rows}


async def count(connection: AsyncConnection, cell: Cell, *, accepted: bool) -> None:
    """Count one final response in its cell."""
    outcome = {"accepted": int(accepted), "rejected": int(not accepted)}
    await connection.execute(COUNT, {**cell._asdict(), **outcome})
