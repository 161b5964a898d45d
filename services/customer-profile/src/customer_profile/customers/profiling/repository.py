"""SQL of the permission to profile: locks customers who are due for a review, and stores its outcome."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from customer_profile.customers.models import customer
from customer_profile.customers.repository import profiling_columns
from customer_profile.domain.customer import CustomerRecord
from lealtad.db import Connection
from lealtad.db.recordset import as_rows, recordset

# There are two bases, and each customer row names the basis of its last review. So this also finds customers that a
# transaction commits later, after it read the former policy.
FORMER_BASIS = """(
    SELECT CASE policy ->> 'profiling_basis' WHEN 'consent' THEN 'objection' ELSE 'consent' END
    FROM intake_policy ORDER BY version DESC LIMIT 1
)"""
DUE = "SELECT 1 FROM customer WHERE profiling_changes_at <= :now"
OUTDATED = f"SELECT 1 FROM customer WHERE profiling_basis = {FORMER_BASIS}"
LOCK_DUE = text("""
    SELECT id FROM customer WHERE profiling_changes_at <= :now
    ORDER BY profiling_changes_at, id LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
""")
LOCK_OUTDATED = text(f"""
    SELECT id FROM customer WHERE profiling_basis = {FORMER_BASIS}
    ORDER BY id LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
""")
REVIEWED = ("profiling_basis", "profiling_allowed", "profiling_changes_at", "version", "updated_at")
UPDATE_PERMISSIONS = text(f"""
    UPDATE customer SET {", ".join(f"{name} = row.{name}" for name in REVIEWED)}
    FROM {recordset(customer, ("id", *REVIEWED))} WHERE customer.id = row.id
""")
POSTPONE = text(f"""
    UPDATE customer SET profiling_changes_at = :until,
        profiling_basis = CASE {FORMER_BASIS} WHEN 'consent' THEN 'objection' ELSE 'consent' END
    WHERE id = :id
""")


async def lock_due(connection: Connection, now: datetime, limit: int) -> list[UUID]:
    """Lock customers due at `now`, in ascending id; skip those that another transaction has locked (SKIP LOCKED)."""
    return sorted((await connection.execute(LOCK_DUE, {"now": now, "limit": limit})).scalars())


async def lock_outdated(connection: Connection, limit: int) -> list[UUID]:
    """Lock customers whose last review used the former basis, as `lock_due` does."""
    return sorted((await connection.execute(LOCK_OUTDATED, {"limit": limit})).scalars())


async def update_permissions(connection: Connection, records: Iterable[CustomerRecord]) -> None:
    """Update the permissions of locked customers, and their versions."""
    rows = [
        {"id": record.id, "version": record.version, "updated_at": record.updated_at, **profiling_columns(record)}
        for record in records
    ]
    await connection.execute(UPDATE_PERMISSIONS, as_rows(rows))


async def postpone(connection: Connection, customer_id: UUID, until: datetime) -> None:
    """Update a locked customer so that no review is due before `until`, whatever its reason."""
    await connection.execute(POSTPONE, {"id": customer_id, "until": until})
