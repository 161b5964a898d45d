"""Insertion of the emitted events and journal rows of a unit of work, with one statement for all of them."""

from datetime import datetime

from sqlalchemy import text

from lealtad.db import Connection
from lealtad.journal.writer import COMPLETE_ROWS, INSERT_ROWS, Journal
from lealtad.outbox.writer import INSERT_RECORDS, Outbox

WRITE = text(f"WITH {INSERT_RECORDS} {INSERT_ROWS}")
WRITE_AND_COMPLETE = text(f"WITH {INSERT_RECORDS}, inserted AS ({INSERT_ROWS}) {COMPLETE_ROWS}")


async def flush(connection: Connection, outbox: Outbox, journal: Journal, business_at: datetime) -> bool:
    """Insert the events of `outbox` and the rows of `journal`, clear both, and return whether there were events."""
    emitted = bool(outbox)
    if journal.completes:
        parameters = {**outbox.parameters(), **journal.parameters(business_at), **journal.completion()}
        await connection.execute(WRITE_AND_COMPLETE, parameters)
    elif emitted or journal:
        await connection.execute(WRITE, {**outbox.parameters(), **journal.parameters(business_at)})
    outbox.clear()
    journal.clear()
    return emitted
