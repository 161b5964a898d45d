"""How statements are planned: once per connection, for rows that are named by their keys.

Nearly all statements take some customers or events as arrays and find their rows by key. Making a plan for the values
of each execution cost PostgreSQL a third of its time, and a plan that was made once when tables were empty would read
them whole. So plans are kept, and reading a table whole, or joining by it, is put last. What looks at the whole base
says so.
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
    """Plan by statistics and values until the end of the transaction: what follows looks at most customers."""
    await connection.execute(OF_THE_BASE)
