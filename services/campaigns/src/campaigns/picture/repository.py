"""SQL of the picture that the other services give of a customer, folded and read for any number at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row as Found
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from campaigns.picture.models import appearance, churn_score, complaint_case, contract, membership
from lealtad.db.recordset import Row, as_rows, insert_rows, keep_newest, newest

KEEP_CASES = keep_newest(complaint_case, "version")
KEEP_SCORES = keep_newest(churn_score, "sequence")
KEEP_MEMBERSHIPS = keep_newest(membership, "sequence")
KEEP_CONTRACTS = keep_newest(contract, "occurred_at", "event_id")
KEEP_EARLIEST = insert_rows(
    appearance,
    """ON CONFLICT (customer_id) DO UPDATE SET first_activity_at = excluded.first_activity_at
    WHERE appearance.first_activity_at > excluded.first_activity_at""",
)

PICTURE = text("""
    SELECT ids.customer_id, c.sequence AS customer_sequence, c.status, c.do_not_contact, c.language, c.time_zone,
        c.contact_start, c.contact_end, c.preferred_channels, c.consents, c.registered_at,
        s.probability, s.band, s.value_at_risk, s.model, s.as_of AS score_as_of, s.sequence AS score_sequence,
        m.segments, m.tier, m.as_of AS segments_as_of, m.sequence AS segments_sequence,
        a.first_activity_at, held.has_contract, held.contract_ends_at, held.contract_ended_at
    FROM unnest(CAST(:customers AS uuid[])) AS ids (customer_id)
    LEFT JOIN customer AS c USING (customer_id)
    LEFT JOIN churn_score AS s USING (customer_id)
    LEFT JOIN membership AS m USING (customer_id)
    LEFT JOIN appearance AS a USING (customer_id)
    LEFT JOIN (
        SELECT customer_id, bool_or(runs) AS has_contract,
            CASE WHEN NOT bool_or(runs AND ends_at IS NULL) THEN max(ends_at) FILTER (WHERE runs) END
                AS contract_ends_at,
            max(ends_at) FILTER (WHERE ends_at <= :now) AS contract_ended_at
        FROM (
            SELECT customer_id, ends_at, starts_at <= :now AND (ends_at IS NULL OR ends_at > :now) AS runs
            FROM contract WHERE customer_id = ANY(CAST(:customers AS uuid[]))
        ) AS contracts GROUP BY customer_id
    ) AS held USING (customer_id)
    ORDER BY ids.customer_id
""")
CASES = text("""
    SELECT customer_id, mutes, is_open, resolved_at FROM complaint_case
    WHERE customer_id = ANY(CAST(:customers AS uuid[]))
""")


async def read(connection: AsyncConnection, customers: Sequence[UUID], now: datetime) -> Sequence[Found[Any]]:
    """Return one row for each of `customers`, known or not, in ascending id."""
    return (await connection.execute(PICTURE, {"customers": list(customers), "now": now})).all()


async def read_cases(connection: AsyncConnection, customers: Sequence[UUID]) -> Sequence[Found[Any]]:
    """Return the cases of `customers`."""
    return (await connection.execute(CASES, {"customers": list(customers)})).all()


async def keep_cases(connection: AsyncConnection, cases: Sequence[Row]) -> None:
    """Store each case whose version is larger than the stored one."""
    await connection.execute(KEEP_CASES, as_rows(newest(cases, "case_id", "version")))


async def keep_scores(connection: AsyncConnection, scores: Sequence[Row]) -> None:
    """Store each score whose sequence is larger than the stored one."""
    await connection.execute(KEEP_SCORES, as_rows(newest(scores, "customer_id", "sequence")))


async def keep_memberships(connection: AsyncConnection, memberships: Sequence[Row]) -> None:
    """Store each set of memberships whose sequence is larger than the stored one."""
    await connection.execute(KEEP_MEMBERSHIPS, as_rows(newest(memberships, "customer_id", "sequence")))


async def keep_contracts(connection: AsyncConnection, contracts: Sequence[Row]) -> None:
    """Store each contract as its newest fact in business time tells it."""
    await connection.execute(KEEP_CONTRACTS, as_rows(newest(contracts, "contract_id", "occurred_at", "event_id")))


async def keep_earliest(connection: AsyncConnection, appearances: Sequence[Row]) -> None:
    """Store the time of each customer's earliest fact; one row a customer."""
    await connection.execute(KEEP_EARLIEST, as_rows(appearances))
