"""Planner settings: PostgreSQL plans each statement once per connection, for access by key.

Nearly all statements take customers or events as arrays and find their rows by key. A plan for the values of each
execution took a third of PostgreSQL's time. A plan made while tables are empty would scan them whole for ever. So
connections keep generic plans, and sequential scans, hash joins and merge joins come last. A statement over all
customers calls `plan_for_the_base` first.
"""

from sqlalchemy import text

from lealtad.db.connection import Connection

BY_KEY = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}
"""Settings of every connection."""

OF_THE_BASE = text("""
    SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'on', true),
        set_config('enable_bitmapscan', 'on', true), set_config('enable_hashjoin', 'on', true),
        set_config('enable_mergejoin', 'on', true)
""")


async def plan_for_the_base(connection: Connection) -> None:
    """Plan by statistics and values until the transaction ends, for statements that read most customers."""
    await connection.execute(OF_THE_BASE)
