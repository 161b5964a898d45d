"""Open snapshots: while one is open, no dead row that is younger can be cleaned up, in any table of the database."""

from dataclasses import dataclass

from sqlalchemy import text

from lealtad.db import Connection

# Of other roles' sessions only a member of pg_read_all_stats sees this. Vacuum's own snapshots hold nothing up.
OLDEST = text("""
    SELECT pid, application_name, extract(epoch FROM clock_timestamp() - xact_start) AS age_s
    FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type IN ('client backend', 'walsender')
      AND backend_xmin IS NOT NULL AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
    ORDER BY xact_start LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The session that holds it, and for how many seconds its transaction has been open."""

    pid: int
    application: str
    age_s: float


async def oldest(connection: Connection) -> Snapshot | None:
    """Return the oldest snapshot that a session of this database holds; None while there is none."""
    row = (await connection.execute(OLDEST)).one_or_none()
    return None if row is None else Snapshot(row.pid, row.application_name, float(row.age_s))
