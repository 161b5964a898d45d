"""The age of a service's inputs: decisions fail closed on stale input."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from sqlalchemy import text

from lealtad.db import Connection

AGES = text("""
    SELECT topic, extract(epoch FROM clock_timestamp() - min(coalesce(confirmed_at, '-infinity'))) AS age_s
    FROM consumer_position WHERE topic = ANY(CAST(:topics AS text[])) GROUP BY topic
""")
NEVER_S = float("inf")


async def input_ages(connection: Connection, topics: Sequence[str]) -> dict[str, float]:
    """Return per topic the seconds (system time) since every partition was last seen to be read to its end.

    The age is measured from the worker's confirmation that position and end offset agree, never from the last event: a
    quiet topic is fresh. A topic never read to its end is infinitely old.
    """
    rows = await connection.execute(AGES, {"topics": list(topics)})
    return ages_of(topics, [(row.topic, row.age_s) for row in rows])


def ages_of(topics: Iterable[str], measured: Iterable[tuple[str, Decimal]]) -> dict[str, float]:
    """Return what `input_ages` does from rows of `AGES`, for a statement of a service that includes it."""
    return dict.fromkeys(topics, NEVER_S) | {topic: float(age_s) for topic, age_s in measured}
