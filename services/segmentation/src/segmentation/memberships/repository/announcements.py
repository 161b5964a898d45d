"""SQL that stores results of evaluations and announced memberships; every statement takes a whole batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from lealtad.db import Connection
from lealtad.events.catalog.segmentation import MembershipsChanged
from segmentation.domain.evaluation_result import EvaluationResult

Entry = Mapping[str, Any]
"""A membership that begins."""


@dataclass(frozen=True, slots=True)
class StoredChanges:
    """Memberships announced to begin and, as (customer, segment), to end."""

    entered: Sequence[Entry]
    left: Sequence[tuple[UUID, UUID]]


ENTER = """
INSERT INTO membership (customer_id, segment_id, version, cause_id, event_id, since)
SELECT entered.*, CAST(:now AS timestamptz)
FROM unnest(CAST(:customers AS uuid[]), CAST(:segments AS uuid[]), CAST(:versions AS integer[]),
            CAST(:causes AS uuid[]), CAST(:events AS uuid[])) AS entered
"""

LEAVE = """
DELETE FROM membership
USING unnest(CAST(:customers_left AS uuid[]), CAST(:segments_left AS uuid[])) AS ended (customer_id, segment_id)
WHERE membership.customer_id = ended.customer_id AND membership.segment_id = ended.segment_id
"""

# The parts see one snapshot and run in no order. No membership both begins and ends: only one that was not announced
# begins, and only one that was announced ends.
STORE_RESULTS = text(f"""
WITH entered AS ({ENTER}), ended AS ({LEAVE})
UPDATE standing SET
    tier = result.tier, service_tier = result.service_tier, rfm_recency = result.recency,
    rfm_frequency = result.frequency_score, rfm_monetary = result.monetary_score,
    last_purchase = result.last_purchase, frequency = result.frequency, monetary = result.monetary,
    next_due_at = result.next_due_at, boundaries_version = :boundaries_version, evaluated_at = :now
FROM unnest(CAST(:ids AS uuid[]), CAST(:tiers AS text[]), CAST(:service_tiers AS text[]),
            CAST(:recency AS smallint[]), CAST(:frequency_scores AS smallint[]), CAST(:monetary_scores AS smallint[]),
            CAST(:last_purchases AS date[]), CAST(:frequencies AS integer[]), CAST(:monetary AS numeric[]),
            CAST(:next_due AS timestamptz[]))
  AS result (customer_id, tier, service_tier, recency, frequency_score, monetary_score, last_purchase, frequency,
             monetary, next_due_at)
WHERE standing.customer_id = result.customer_id
""")

DELETE_MEMBERSHIPS = text("DELETE FROM membership WHERE customer_id = ANY(CAST(:ids AS uuid[]))")
INSERT_MEMBERSHIPS = text(ENTER)

RESTORE_TIERS = text("""
UPDATE standing SET tier = announced.tier, service_tier = announced.service_tier, next_due_at = :now
FROM unnest(CAST(:ids AS uuid[]), CAST(:tiers AS text[]), CAST(:service_tiers AS text[]))
  AS announced (customer_id, tier, service_tier)
WHERE standing.customer_id = announced.customer_id
""")


async def store_results(
    connection: Connection,
    results: Sequence[EvaluationResult],
    changes: StoredChanges,
    now: datetime,
    boundaries_version: int | None,
) -> None:
    """Update locked customers with their results; insert and delete the memberships announced to begin and to end."""
    left = {
        "customers_left": [customer_id for customer_id, _ in changes.left],
        "segments_left": [segment_id for _, segment_id in changes.left],
    }
    values = {**_result_columns(results), **_entry_columns(changes.entered), **left}
    await connection.execute(STORE_RESULTS, {**values, "boundaries_version": boundaries_version, "now": now})


def _result_columns(results: Sequence[EvaluationResult]) -> dict[str, Any]:
    return {
        "ids": [result.customer_id for result in results],
        "tiers": [result.tier for result in results],
        "service_tiers": [result.service_tier for result in results],
        "recency": [result.scores and result.scores.recency for result in results],
        "frequency_scores": [result.scores and result.scores.frequency for result in results],
        "monetary_scores": [result.scores and result.scores.monetary for result in results],
        "last_purchases": [result.last_purchase for result in results],
        "frequencies": [result.frequency for result in results],
        "monetary": [result.monetary for result in results],
        "next_due": [result.next_due_at for result in results],
    }


def _entry_columns(entered: Sequence[Entry]) -> dict[str, Any]:
    columns = ("customers", "segments", "versions", "causes", "events")
    return {column: [row[column] for row in entered] for column in columns}


async def restore_memberships(
    connection: Connection, customer_ids: Sequence[UUID], entered: Sequence[Entry], since: datetime
) -> None:
    """Replace all memberships of these locked customers by `entered`."""
    await connection.execute(DELETE_MEMBERSHIPS, {"ids": list(customer_ids)})
    await connection.execute(INSERT_MEMBERSHIPS, {**_entry_columns(entered), "now": since})


async def restore_tiers(connection: Connection, announced: Sequence[MembershipsChanged], now: datetime) -> None:
    """Update the announced tiers of locked customers, and make these customers due."""
    await connection.execute(
        RESTORE_TIERS,
        {
            "ids": [event.customer_id for event in announced],
            "tiers": [event.tier for event in announced],
            "service_tiers": [event.service_tier for event in announced],
            "now": now,
        },
    )
