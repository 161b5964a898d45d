"""SQL of announced memberships and standings; every statement takes a whole batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select, text, update

from lealtad.db import Connection
from lealtad.events.catalog.segmentation import MembershipsChanged
from segmentation.domain.evaluated_customer import Standing
from segmentation.memberships.models import membership, standing

Entry = Mapping[str, Any]
"""A membership that begins."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Memberships that were announced to begin and, as (customer, segment), to end."""

    entered: Sequence[Entry]
    left: Sequence[tuple[UUID, UUID]]


CREATE_STANDINGS = text("""
INSERT INTO standing (customer_id) SELECT unnest(CAST(:ids AS uuid[])) ON CONFLICT (customer_id) DO NOTHING
""")

# All or nobody: to lock some, then add and lock others with smaller ids, would break the ascending order, and two could
# wait for each other. Where this waits for a lock, its sub-selects see what was there before the wait: memberships are
# read by a later statement. The revision may be read here, since the rulebook is held by an earlier one.
LOCK_STANDINGS = text("""
SELECT (SELECT revision FROM rulebook) FROM standing
WHERE customer_id = ANY(CAST(:ids AS uuid[]))
  AND (SELECT count(*) FROM standing WHERE customer_id = ANY(CAST(:ids AS uuid[]))) = cardinality(CAST(:ids AS uuid[]))
ORDER BY customer_id FOR UPDATE
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

ENTER = """
INSERT INTO membership (customer_id, segment_id, version, cause_id, event_id, since)
SELECT entered.*, CAST(:now AS timestamptz)
FROM unnest(CAST(:customers AS uuid[]), CAST(:segments AS uuid[]), CAST(:versions AS integer[]),
            CAST(:causes AS uuid[]), CAST(:events AS uuid[])) AS entered
"""

LEAVE = """
DELETE FROM membership
USING unnest(CAST(:customers_left AS uuid[]), CAST(:segments_left AS uuid[])) AS gone (customer_id, segment_id)
WHERE membership.customer_id = gone.customer_id AND membership.segment_id = gone.segment_id
"""

# The parts see one snapshot, in no order: no membership both begins and ends, since only one that was not announced
# begins, and only one that was announced ends.
KEEP = text(f"""
WITH entered AS ({ENTER}), gone AS ({LEAVE})
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

FORGET = text("DELETE FROM membership WHERE customer_id = ANY(CAST(:ids AS uuid[]))")
ENTER_ANNOUNCED = text(ENTER)

KEEP_ANNOUNCED = text("""
UPDATE standing SET tier = told.tier, service_tier = told.service_tier, next_due_at = :now
FROM unnest(CAST(:ids AS uuid[]), CAST(:tiers AS text[]), CAST(:service_tiers AS text[]))
  AS told (customer_id, tier, service_tier)
WHERE standing.customer_id = told.customer_id
""")


async def lock(connection: Connection, customer_ids: Sequence[UUID]) -> UUID:
    """Lock customers in ascending id, also those never seen before; return the revision of the held rulebook."""
    ids = {"ids": list(customer_ids)}
    revisions = (await connection.execute(LOCK_STANDINGS, ids)).scalars()
    if not revisions:
        await connection.execute(CREATE_STANDINGS, ids)
        revisions = (await connection.execute(LOCK_STANDINGS, ids)).scalars()
    revision: UUID = revisions[0]
    return revision


async def lock_due(connection: Connection, now: datetime, number: int) -> list[UUID]:
    """Lock customers for whom time may have changed something; return them in ascending id."""
    return sorted((await connection.execute(LOCK_DUE, {"now": now, "number": number})).scalars())


async def postpone(connection: Connection, customer_id: UUID, until: datetime) -> None:
    """Evaluate a locked customer no sooner than `until`."""
    await connection.execute(update(standing).where(standing.c.customer_id == customer_id).values(next_due_at=until))


async def following(connection: Connection, after: UUID, number: int) -> list[UUID]:
    """Return the customers that follow `after` in ascending id."""
    return list((await connection.execute(FOLLOWING, {"after": after, "number": number})).scalars())


async def lock_free(connection: Connection, customer_ids: Sequence[UUID]) -> set[UUID]:
    """Lock those of the customers whom nobody else has locked, and return them; wait for nobody."""
    if not customer_ids:
        return set()
    return set((await connection.execute(LOCK_FREE, {"ids": customer_ids})).scalars())


async def is_anybody_due(connection: Connection, now: datetime) -> bool:
    """Return whether there is a customer for whom time may have changed something."""
    query = select(standing.c.customer_id).where(standing.c.next_due_at <= now).limit(1)
    return bool(await connection.execute(query))


async def keep(
    connection: Connection,
    found: Sequence[Standing],
    changed: Changed,
    now: datetime,
    boundaries_version: int | None,
) -> None:
    """Store where locked customers stand, and which memberships were announced to begin and to end."""
    left = {
        "customers_left": [customer_id for customer_id, _ in changed.left],
        "segments_left": [segment_id for _, segment_id in changed.left],
    }
    values = {**_standings(found), **_entries(changed.entered), **left}
    await connection.execute(KEEP, {**values, "boundaries_version": boundaries_version, "now": now})


def _standings(found: Sequence[Standing]) -> dict[str, Any]:
    return {
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
    }


def _entries(entered: Sequence[Entry]) -> dict[str, Any]:
    columns = ("customers", "segments", "versions", "causes", "events")
    return {column: [row[column] for row in entered] for column in columns}


async def replace(
    connection: Connection, customer_ids: Sequence[UUID], entered: Sequence[Entry], since: datetime
) -> None:
    """Store memberships as all that these locked customers have; some of them may be stored already."""
    await connection.execute(FORGET, {"ids": list(customer_ids)})
    await connection.execute(ENTER_ANNOUNCED, {**_entries(entered), "now": since})


async def keep_announced(connection: Connection, told: Sequence[MembershipsChanged], now: datetime) -> None:
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


async def make_due(connection: Connection, customer_ids: Sequence[UUID], now: datetime) -> None:
    """Have locked customers evaluated anew."""
    if customer_ids:
        await connection.execute(MAKE_DUE, {"ids": customer_ids, "now": now})


def is_member(segment_id: UUID) -> ColumnElement[bool]:
    """Return the condition on `standing` that the customer was announced as a member."""
    told = membership.c
    return exists().where(told.segment_id == segment_id, told.customer_id == standing.c.customer_id)
