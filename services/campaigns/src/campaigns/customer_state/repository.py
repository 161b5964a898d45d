"""SQL that folds the picture that the other services give of a customer."""

from collections.abc import Sequence

from campaigns.customer_state.models import appearance, churn_score, complaint_case, contract, membership
from lealtad.db import Connection
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


async def keep_cases(connection: Connection, cases: Sequence[Row]) -> None:
    """Store each case whose version is larger than the stored one."""
    await connection.execute(KEEP_CASES, as_rows(newest(cases, "case_id", "version")))


async def keep_scores(connection: Connection, scores: Sequence[Row]) -> None:
    """Store each score whose sequence is larger than the stored one."""
    await connection.execute(KEEP_SCORES, as_rows(newest(scores, "customer_id", "sequence")))


async def keep_memberships(connection: Connection, memberships: Sequence[Row]) -> None:
    """Store each set of memberships whose sequence is larger than the stored one."""
    await connection.execute(KEEP_MEMBERSHIPS, as_rows(newest(memberships, "customer_id", "sequence")))


async def keep_contracts(connection: Connection, contracts: Sequence[Row]) -> None:
    """Store each contract as its newest fact in business time tells it."""
    await connection.execute(KEEP_CONTRACTS, as_rows(newest(contracts, "contract_id", "occurred_at", "event_id")))


async def keep_earliest(connection: Connection, appearances: Sequence[Row]) -> None:
    """Store the time of each customer's earliest fact; one row a customer."""
    await connection.execute(KEEP_EARLIEST, as_rows(appearances))
