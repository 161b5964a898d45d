"""The advisory lock between rebuilds and migrations of one database: both change the tables in `derived`.

The lock belongs to a session and ends with it, even when the process dies. A rebuild takes it exclusively. Migrations
share it, and wait for one another at Alembic's version table.
"""

TRY_REBUILD = "SELECT pg_try_advisory_lock(hashtextextended('lealtad rebuild', 0))"
"""Returns true when the session got the lock for itself alone."""

TRY_MIGRATE = "SELECT pg_try_advisory_lock_shared(hashtextextended('lealtad rebuild', 0))"
"""Returns true when no rebuild runs; none can begin until the session ends."""
