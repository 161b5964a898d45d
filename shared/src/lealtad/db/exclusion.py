"""Keeps rebuilds and migrations of one database apart: both change what stands in the schema `derived`.

The lock belongs to the session that took it and ends with it, however that ends. A rebuild excludes everybody;
migrations exclude rebuilds, and wait for one another on alembic's own table.
"""

TRY_REBUILD = "SELECT pg_try_advisory_lock(hashtextextended('lealtad rebuild', 0))"
"""True when the session now has the database's derived tables to itself."""

TRY_MIGRATE = "SELECT pg_try_advisory_lock_shared(hashtextextended('lealtad rebuild', 0))"
"""True when no rebuild runs, and none may begin until the session ends."""
