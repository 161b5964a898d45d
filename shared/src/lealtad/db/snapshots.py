"""Open snapshots. While one is open, vacuum removes no younger dead row from any table of the database."""

from dataclasses import dataclass

from sqlalchemy import text

from lealtad.db import Connection

# Only members of pg_read_all_stats see the sessions of other roles. Snapshots of vacuum itself hold nothing up.
OLDEST = text("""
    SELECT pid, application_name, extract(epoch FROM clock_timestamp() - xact_start) AS age_s
    FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type IN ('client backend', 'walsender')
      AND backend_xmin IS NOT NULL AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
    ORDER BY xact_start LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The session that holds a snapshot, and the age of its transaction in seconds."""

    pid: int
    application: str
    age_s: float


async def oldest(connection: Connection) -> Snapshot | None:
    """Return the oldest snapshot of this database's sessions, or None without one."""
    row = (await connection.execute(OLDEST)).one_or_none()
    return None if row is None else Snapshot(row.pid, row.application_name, float(row.age_s))
