"""SQL of scores."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncConnection

from churn_scoring.scoring.record import Score

READ = "SELECT * FROM score WHERE customer_id = ANY(CAST(:ids AS uuid[])) ORDER BY customer_id"
LOCK = text(f"{READ} FOR NO KEY UPDATE")

ADD = text("""
    INSERT INTO score (customer_id) SELECT id FROM unnest(CAST(:ids AS uuid[])) AS wanted (id) ORDER BY id
    ON CONFLICT (customer_id) DO NOTHING
""")

COLUMNS = [field.name for field in fields(Score)]
STORE = text(f"""
    UPDATE score SET ({", ".join(COLUMNS[1:])}) = ROW({", ".join(f"new.{name}" for name in COLUMNS[1:])})
    FROM jsonb_populate_recordset(CAST(NULL AS score), CAST(:rows AS jsonb)) AS new
    WHERE score.customer_id = new.customer_id
""")

LOCK_DUE = text("""
    SELECT * FROM score
    WHERE customer_id IN (
        SELECT customer_id FROM score WHERE next_due_at <= :now
        ORDER BY next_due_at, customer_id LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
    )
    ORDER BY customer_id
""")

LOCK_OUTDATED = text("""
    SELECT * FROM score
    WHERE customer_id IN (
        SELECT customer_id FROM score WHERE release < :release
        ORDER BY release, customer_id LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
    )
    ORDER BY customer_id
""")

COUNT_DUE = text("SELECT count(*) FROM score WHERE next_due_at <= :now")
COUNT_OUTDATED = text("SELECT count(*) FROM score WHERE release < (SELECT max(id) FROM release)")

BY_RISK = """
    SELECT * FROM score
    WHERE probability IS NOT NULL {band} {after}
    ORDER BY probability DESC, value_at_risk DESC, customer_id DESC LIMIT :limit
"""
AFTER_RISK = "AND (probability, value_at_risk, customer_id) < (:probability, :value_at_risk, :customer_id)"
BY_VALUE = """
    SELECT * FROM score
    WHERE probability IS NOT NULL {band} {after}
    ORDER BY value_at_risk DESC, customer_id DESC LIMIT :limit
"""
AFTER_VALUE = "AND (value_at_risk, customer_id) < (:value_at_risk, :customer_id)"


async def lock(connection: AsyncConnection, customer_ids: Sequence[UUID]) -> list[Score]:
    """Lock the scores of these customers, in ascending id, making the rows that are missing."""
    found = _scores(await connection.execute(LOCK, {"ids": customer_ids}))
    if len(found) < len(customer_ids):
        await connection.execute(ADD, {"ids": customer_ids})
        found = _scores(await connection.execute(LOCK, {"ids": customer_ids}))
    return found


async def lock_due(connection: AsyncConnection, now: datetime, limit: int) -> list[Score]:
    """Lock scores that time changes by `now`, those that nobody else has locked."""
    return _scores(await connection.execute(LOCK_DUE, {"now": now, "limit": limit}))


async def lock_outdated(connection: AsyncConnection, release: int, limit: int) -> list[Score]:
    """Lock scores that were evaluated under an earlier release, those that nobody else has locked."""
    return _scores(await connection.execute(LOCK_OUTDATED, {"release": release, "limit": limit}))


async def count_due(connection: AsyncConnection, now: datetime) -> int:
    """Return how many scores time changes by `now`."""
    number: int = await connection.scalar(COUNT_DUE, {"now": now})
    return number


async def count_outdated(connection: AsyncConnection, _now: datetime) -> int:
    """Return how many scores were evaluated under an earlier release."""
    number: int = await connection.scalar(COUNT_OUTDATED)
    return number


async def store(connection: AsyncConnection, scores: Sequence[Score]) -> None:
    """Store scores whose rows exist."""
    rows = [{name: getattr(score, name) for name in COLUMNS} for score in scores]
    await connection.execute(STORE, {"rows": orjson.dumps(rows, default=str).decode()})


async def read(connection: AsyncConnection, customer_id: UUID) -> Score | None:
    """Return the score of a customer, or None where nothing was evaluated yet."""
    found = _scores(await connection.execute(text(READ), {"ids": [customer_id]}))
    return found[0] if found else None


async def page_by_risk(
    connection: AsyncConnection, *, band: str | None, after: tuple[Any, ...] | None, limit: int
) -> list[Score]:
    """Return the customers most likely to leave; among equals those with more at risk first."""
    names = ("probability", "value_at_risk", "customer_id")
    return await _page(connection, BY_RISK, after_clause=AFTER_RISK, names=names, band=band, after=after, limit=limit)


async def page_by_value(
    connection: AsyncConnection, *, band: str | None, after: tuple[Any, ...] | None, limit: int
) -> list[Score]:
    """Return the customers with the most value at risk."""
    names = ("value_at_risk", "customer_id")
    return await _page(connection, BY_VALUE, after_clause=AFTER_VALUE, names=names, band=band, after=after, limit=limit)


async def _page(
    connection: AsyncConnection,
    query: str,
    *,
    after_clause: str,
    names: Sequence[str],
    band: str | None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> list[Score]:
    parameters: dict[str, Any] = {"limit": limit}
    if band is not None:
        parameters["band"] = band
    if after is not None:
        parameters |= zip(names, after, strict=True)
    statement = query.format(band="AND band = :band" if band else "", after=after_clause if after else "")
    return _scores(await connection.execute(text(statement), parameters))


def _scores(result: CursorResult[Any]) -> list[Score]:
    return [Score(**row) for row in result.mappings()]
