"""SQL of the cases that events of customers affect; each query is one statement for all customers."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from lealtad.db import Connection, Row

WAITING_CASES = text("""
    SELECT service_case.id AS case_id, customer.customer_id
    FROM customer
    JOIN service_case ON service_case.named_customer_id = customer.customer_id
    WHERE customer.customer_id = ANY(CAST(:ids AS uuid[])) AND customer.status = 'active'
      AND service_case.customer_id IS NULL
    UNION
    SELECT service_case.id AS case_id, customer.customer_id
    FROM customer
    JOIN customer_external_id AS known ON known.customer_id = customer.customer_id
    JOIN service_case ON service_case.named_source = known.source
                     AND service_case.named_external_id = known.external_id
    WHERE customer.customer_id = ANY(CAST(:ids AS uuid[])) AND customer.status = 'active'
      AND service_case.customer_id IS NULL
""")

CASES_OF_ANOTHER_TIER = text("""
    SELECT service_case.id AS case_id, service_tier.tier
    FROM service_tier
    JOIN service_case ON service_case.customer_id = service_tier.customer_id
    WHERE service_tier.customer_id = ANY(CAST(:ids AS uuid[]))
      AND service_case.status NOT IN ('resolved', 'closed')
      AND service_case.breached_at IS NULL
      AND service_case.tier IS DISTINCT FROM service_tier.tier
""")

# A gesture belongs to the case that the offer named, else to the customer's latest case at the time of the offer.
UNNOTED_GESTURES = text("""
    SELECT gesture.event_id AS gesture_id, coalesce(named.id, latest.id) AS case_id, gesture.customer_id
    FROM gesture
    LEFT JOIN service_case AS named ON named.id = gesture.case_id
    LEFT JOIN LATERAL (
        SELECT id FROM service_case
        WHERE named.id IS NULL
          AND service_case.customer_id = gesture.customer_id AND service_case.opened_at <= gesture.occurred_at
        ORDER BY service_case.opened_at DESC, service_case.id DESC
        LIMIT 1
    ) AS latest ON true
    WHERE gesture.customer_id = ANY(CAST(:ids AS uuid[])) AND coalesce(named.id, latest.id) IS NOT NULL
      AND NOT EXISTS (SELECT FROM case_history WHERE case_history.gesture_id = gesture.event_id)
    ORDER BY gesture.occurred_at, gesture.event_id
""")


async def list_waiting_cases(connection: Connection, customer_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return the unattached cases that name one of these customers, each with its customer."""
    return {row.case_id: row.customer_id for row in await _rows(connection, WAITING_CASES, customer_ids)}


async def list_cases_of_another_tier(connection: Connection, customer_ids: Sequence[UUID]) -> dict[UUID, str | None]:
    """Return the open cases whose due time was computed with another tier, each with the current tier."""
    return {row.case_id: row.tier for row in await _rows(connection, CASES_OF_ANOTHER_TIER, customer_ids)}


async def list_unnoted_gestures(connection: Connection, customer_ids: Sequence[UUID]) -> Sequence[Row]:
    """Return (gesture_id, case_id, customer_id) of gestures that are in no history yet, oldest first."""
    return await _rows(connection, UNNOTED_GESTURES, customer_ids)


async def _rows(connection: Connection, query: Any, customer_ids: Sequence[UUID]) -> Sequence[Row]:
    return await connection.execute(query, {"ids": list(customer_ids)})
