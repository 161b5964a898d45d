"""SQL of announced memberships and standings; every statement takes a whole batch."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lealtad.events.catalog.segmentation import MembershipsChanged
from segmentation.domain.standing import Announced, Standing
from segmentation.memberships.models import membership, standing

CREATE_STANDINGS = text("""
INSERT INTO standing (customer_id) SELECT unnest(CAST(:ids AS uuid[])) ON CONFLICT (customer_id) DO NOTHING
""")

LOCK_STANDINGS = text("""
SELECT customer_id, tier, service_tier FROM standing
WHERE customer_id = ANY(CAST(:ids AS uuid[])) ORDER BY customer_id FOR UPDATE
""")

LOCK_DUE = text("""
SELECT customer_id FROM standing WHERE next_due_at <= :now ORDER BY next_due_at LIMIT :number FOR UPDATE SKIP LOCKED
""")

DUE = "SELECT 1 FROM standing WHERE next_due_at <= :now"
FOLLOWING = text("SELECT customer_id FROM standing WHERE customer_id > :after ORDER BY customer_id LIMIT :number")

LOCK_FREE = text("""
SELECT customer_id FROM standing
WHERE customer_id = ANY(CAST(:ids AS uuid[])) ORDER BY customer_id FOR UPDATE SKIP LOCKED
""")

MAKE_DUE = text("UPDATE standing SET next_due_at = :now WHERE customer_id = ANY(CAST(:ids AS uuid[]))")

READ_MEMBERSHIPS = text("""
SELECT customer_id, array_agg(segment_id) AS segments FROM membership
WHERE customer_id = ANY(CAST(:ids AS uuid[])) GROUP BY customer_id
""")

ENTER = text("""
INSERT INTO membership (customer_id, segment_id, version, cause_id, event_id, since)
SELECT entered.*, CAST(:since AS timestamptz)
FROM unnest(CAST(:customers AS uuid[]), CAST(:segments AS uuid[]), CAST(:versions AS integer[]),
            CAST(:causes AS uuid[]), CAST(:events AS uuid[])) AS entered
""")

LEAVE = text("""
DELETE FROM membership
USING unnest(CAST(:customers AS uuid[]), CAST(:segments AS uuid[])) AS gone (customer_id, segment_id)
WHERE membership.customer_id = gone.customer_id AND membership.segment_id = gone.segment_id
""")

KEEP_STANDINGS = text("""
UPDATE standing SET
    tier = found.tier, service_tier = found.service_tier, rfm_recency = found.recency,
    rfm_frequency = found.frequency_score, rfm_monetary = found.monetary_score, last_purchase = found.last_purchase,
    frequency = found.frequency, monetary = found.monetary, next_due_at = found.next_due_at,
    boundaries_version = :boundaries_version, evaluated_at = :now
FROM unnest(CAST(:ids AS uuid[]), CAST(:tiers AS text[]), CAST(:service_tiers AS text[]),
            CAST(:recency AS smallint[]), CAST(:frequency_scores AS smallint[]), CAST(:monetary_scores AS smallint[]),
            CAST(:last_purchases AS date[]), CAST(:frequencies AS integer[]), CAST(:monetary AS numeric[]),
            CAST(:next_due AS timestamptz[]))
  AS found (customer_id, tier, service_tier, recency, frequency_score, monetary_score, last_purchase, frequency,
            monetary, next_due_at)
WHERE standing.customer_id = found.customer_id
""")

KEEP_ANNOUNCED = text("""
UPDATE standing SET tier = told.tier, service_tier = told.service_tier, next_due_at = :now
FROM unnest(CAST(:ids AS uuid[]), CAST(:tiers AS text[]), CAST(:service_tiers AS text[]))
  AS told (customer_id, tier, service_tier)
WHERE standing.customer_id = told.customer_id
""")


async def lock(connection: AsyncConnection, customer_ids: Sequence[UUID]) -> dict[UUID, Announced]:
    """Lock customers in ascending id, also those never seen before; return what was announced about each."""
    ids = {"ids": list(customer_ids)}
    await connection.execute(CREATE_STANDINGS, ids)
    rows = (await connection.execute(LOCK_STANDINGS, ids)).all()
    # Read after the lock, or memberships announced by whoever held it would be missed.
    members = {row.customer_id: frozenset(row.segments) for row in await connection.execute(READ_MEMBERSHIPS, ids)}
    return {
        row.customer_id: Announced(members.get(row.customer_id, frozenset()), row.tier, row.service_tier)
        for row in rows
    }


async def lock_due(connection: AsyncConnection, now: datetime, number: int) -> list[UUID]:
    """Lock customers for whom time may have changed something; return them in ascending id."""
    return sorted((await connection.execute(LOCK_DUE, {"now": now, "number": number})).scalars())


async def postpone(connection: AsyncConnection, customer_id: UUID, until: datetime) -> None:
    """Evaluate a locked customer no sooner than `until`."""
    await connection.execute(update(standing).where(standing.c.customer_id == customer_id).values(next_due_at=until))


async def following(connection: AsyncConnection, after: UUID, number: int) -> list[UUID]:
    """Return the customers that follow `after` in ascending id."""
    return list((await connection.execute(FOLLOWING, {"after": after, "number": number})).scalars())


async def lock_free(connection: AsyncConnection, customer_ids: Sequence[UUID]) -> set[UUID]:
    """Lock those of the customers whom nobody else has locked, and return them; wait for nobody."""
    if not customer_ids:
        return set()
    return set((await connection.execute(LOCK_FREE, {"ids": customer_ids})).scalars())


async def is_anybody_due(connection: AsyncConnection, now: datetime) -> bool:
    """Return whether there is a customer for whom time may have changed something."""
    query = select(standing.c.customer_id).where(standing.c.next_due_at <= now).limit(1)
    return (await connection.execute(query)).first() is not None


async def enter(connection: AsyncConnection, rows: Sequence[Mapping[str, Any]], since: datetime) -> None:
    """Store memberships that were announced."""
    columns = ("customers", "segments", "versions", "causes", "events")
    values = {column: [row[column] for row in rows] for column in columns}
    await connection.execute(ENTER, {**values, "since": since})


async def leave(connection: AsyncConnection, pairs: Iterable[tuple[UUID, UUID]]) -> None:
    """Remove memberships, given as (customer, segment), whose end was announced."""
    pairs = list(pairs)
    customers, segments = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    await connection.execute(LEAVE, {"customers": customers, "segments": segments})


async def keep_standings(
    connection: AsyncConnection, found: Sequence[Standing], now: datetime, boundaries_version: int | None
) -> None:
    """Store where locked customers stand."""
    await connection.execute(
        KEEP_STANDINGS,
        {
            "ids": [item.customer_id for item in found],
            "tiers": [item.tier for item in found],
            "service_tiers": [item.service_tier for item in found],
            "recency": [item.scores and item.scores.recency for item in found],
            "frequency_scores": [item.scores and item.scores.frequency for item in found],
            "monetary_scores": [item.scores and item.scores.monetary for item in found],
            "last_purchases": [item.last_purchase for item in found],
            "frequencies": [item.frequency for item in found],
            "monetary": [item.monetary for item in found],
            "next_due": [item.next_due_at for item in found],
            "boundaries_version": boundaries_version,
            "now": now,
        },
    )


async def keep_announced(connection: AsyncConnection, told: Sequence[MembershipsChanged], now: datetime) -> None:
    """Store the tiers that were told about locked customers, and have them evaluated anew."""
    await connection.execute(
        KEEP_ANNOUNCED,
        {
            "ids": [item.customer_id for item in told],
            "tiers": [item.tier for item in told],
            "service_tiers": [item.service_tier for item in told],
            "now": now,
        },
    )


async def make_due(connection: AsyncConnection, customer_ids: Sequence[UUID], now: datetime) -> None:
    """Have locked customers evaluated anew."""
    if customer_ids:
        await connection.execute(MAKE_DUE, {"ids": customer_ids, "now": now})


def is_member(segment_id: UUID) -> ColumnElement[bool]:
    """Return the condition on `standing` that the customer was announced as a member."""
    told = membership.c
    return exists().where(told.segment_id == segment_id, told.customer_id == standing.c.customer_id)
