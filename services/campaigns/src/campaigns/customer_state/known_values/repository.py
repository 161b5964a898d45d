"""SQL of the announced bands, tiers and segments."""

from sqlalchemy import text

from lealtad.db import Connection, Row

KNOWN_VALUES = text("""
    SELECT (SELECT bands FROM churn_bands LIMIT 1) AS bands, (SELECT tiers FROM value_tiers LIMIT 1) AS tiers,
        ARRAY(SELECT key FROM segment_definition WHERE NOT archived) AS segments,
        ARRAY(SELECT key FROM segment_definition WHERE archived) AS archived_segments
""")


async def read_known_values(connection: Connection) -> Row:
    """Return the announced values; null for a list that was not announced."""
    return (await connection.execute(KNOWN_VALUES)).one()
