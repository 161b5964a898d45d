"""SQL that folds activity into the state of customers."""

from collections.abc import Sequence

from campaigns.customer_state.models import appearance
from lealtad.db import Connection
from lealtad.db.recordset import Row, as_rows, insert_rows

KEEP_EARLIEST = insert_rows(
    appearance,
    """ON CONFLICT (customer_id) DO UPDATE SET first_activity_at = excluded.first_activity_at
    WHERE appearance.first_activity_at > excluded.first_activity_at""",
)


async def keep_earliest(connection: Connection, appearances: Sequence[Row]) -> None:
    """Store the time of each customer's earliest fact; one row a customer."""
    await connection.execute(KEEP_EARLIEST, as_rows(appearances))
