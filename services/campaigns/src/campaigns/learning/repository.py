"""SQL of the tallies of propensities."""

from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy import text

from campaigns.domain.propensity import Cell, Tally
from campaigns.learning.models import propensity
from lealtad.db import Connection
from lealtad.db.recordset import as_rows, recordset

ADD_TALLIES = text(f"""
    INSERT INTO propensity AS tally (offer_id, channel, band, accepted, rejected)
    SELECT offer_id, channel, band, accepted, rejected FROM {recordset(propensity)} ORDER BY offer_id, channel, band
    ON CONFLICT (offer_id, channel, band) DO UPDATE
    SET accepted = tally.accepted + excluded.accepted, rejected = tally.rejected + excluded.rejected
""")


async def add_tallies(connection: Connection, tallies: Mapping[Cell, Tally]) -> None:
    """Add final responses to their cells. The cells are locked in ascending order, against deadlocks."""
    rows = [{**cell._asdict(), **asdict(tally)} for cell, tally in tallies.items()]
    await connection.execute(ADD_TALLIES, as_rows(rows))
