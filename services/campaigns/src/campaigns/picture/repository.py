"""SQL that folds cases, scores, segments, contracts and first appearances; each statement takes any number of rows."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from campaigns.picture.models import appearance, churn_score, complaint_case, contract, membership
from campaigns.recordset import Row, as_rows, insert_rows, keep_newest, newest

KEEP_CASES = keep_newest(complaint_case, "version")
KEEP_SCORES = keep_newest(churn_score, "sequence")
KEEP_MEMBERSHIPS = keep_newest(membership, "sequence")
KEEP_CONTRACTS = keep_newest(contract, "sequence")
KEEP_EARLIEST = insert_rows(
    appearance,
    """ON CONFLICT (customer_id) DO UPDATE SET first_activity_at = excluded.first_activity_at
    WHERE appearance.first_activity_at > excluded.first_activity_at""",
)


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
    """Store each contract whose sequence is larger than the stored one."""
    await connection.execute(KEEP_CONTRACTS, as_rows(newest(contracts, "contract_id", "sequence")))


async def keep_earliest(connection: AsyncConnection, appearances: Sequence[Row]) -> None:
    """Store the time of each customer's earliest fact; one row a customer."""
    await connection.execute(KEEP_EARLIEST, as_rows(appearances))
