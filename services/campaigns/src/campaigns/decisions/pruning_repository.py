"""SQL that forgets decisions nobody will ask for: replaced by newer ones, and without consequences."""

from datetime import datetime

from sqlalchemy import text

from lealtad.db import Connection
from lealtad.ids import first_id_at

# Ids grow with the time at which they were made. What was offered, presented or answered is kept: it is what effects
# are measured by; so is the decision that stands, however old.
PRUNE = text("""
    DELETE FROM decision WHERE decision_id IN (
        SELECT decision_id FROM decision
        WHERE decision_id < :before
          AND NOT EXISTS (SELECT FROM contact WHERE contact.decision_id = decision.decision_id)
          AND NOT EXISTS (SELECT FROM response WHERE response.decision_id = decision.decision_id)
          AND NOT EXISTS (SELECT FROM next_best_action AS standing
                          WHERE standing.customer_id = decision.customer_id
                            AND standing.decision_id = decision.decision_id)
        ORDER BY decision_id LIMIT :limit)
""")


async def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete at most `limit` such decisions made before `before` (system time); return their number."""
    return await connection.affected(PRUNE, {"before": first_id_at(before), "limit": limit})
