"""The advisory locks between rebuilds and migrations of one database: both change the tables in `derived`.

A lock belongs to a session and ends with it, even when the process dies. A rebuild takes the first lock exclusively,
and migrations share it. By the second lock migrations wait for one another.
"""

TRY_REBUILD = "SELECT pg_try_advisory_lock(hashtextextended('lealtad rebuild', 0))"
"""Returns true when the session got the lock for itself alone."""

TRY_MIGRATE = "SELECT pg_try_advisory_lock_shared(hashtextextended('lealtad rebuild', 0))"
"""Returns true when no rebuild runs; none can begin until the session ends."""

MIGRATE_ALONE = "SELECT pg_advisory_lock(hashtextextended('lealtad migrate', 0))"
"""Waits, as long as `lock_timeout` allows, until no other migration runs."""
