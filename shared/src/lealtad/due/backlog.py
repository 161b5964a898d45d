"""Queries of due rows, one statement for all actions of a service."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import TextClause, text

from lealtad.db import Connection
from lealtad.due.action import DueAction

COUNTED = 10_000
"""Largest count; a larger backlog is reported as this number."""


async def found(connection: Connection, actions: Sequence[DueAction], now: datetime) -> list[DueAction]:
    """Return the actions that have due rows at `now`."""
    if not actions:
        return []
    row = (await connection.execute(_exists_query(tuple(action.due for action in actions)), {"now": now})).one()
    return [action for action, is_due in zip(actions, row, strict=True) if is_due]


async def counted(connection: Connection, actions: Sequence[DueAction], now: datetime) -> dict[str, int]:
    """Return how many rows are due at `now`, by action, `COUNTED` at most."""
    if not actions:
        return {}
    row = (await connection.execute(_count_query(tuple(action.backlog for action in actions)), {"now": now})).one()
    return dict(zip((action.name for action in actions), row, strict=True))


@lru_cache(maxsize=16)
def _exists_query(queries: tuple[str, ...]) -> TextClause:
    return text(f"SELECT {', '.join(f'EXISTS ({query})' for query in queries)}")


@lru_cache(maxsize=16)
def _count_query(queries: tuple[str, ...]) -> TextClause:
    counts = (f"(SELECT count(*) FROM ({query} LIMIT {COUNTED}) AS counted)" for query in queries)
    return text(f"SELECT {', '.join(counts)}")
