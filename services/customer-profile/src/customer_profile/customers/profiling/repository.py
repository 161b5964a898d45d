"""SQL of who may be profiled: finding who is due for another look, and storing what it found."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from customer_profile.customers.models import customer
from customer_profile.customers.repository import profiling_columns
from customer_profile.domain.customer import CustomerRecord
from lealtad.db import Connection
from lealtad.db.recordset import as_rows, recordset

# There are two bases. Each customer names the one that the answer was last found by: whoever is committed later by a
# transaction that had read the former policy is found, too.
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
KEPT = ("profiling_basis", "profiling_allowed", "profiling_changes_at", "version", "updated_at")
KEEP = text(f"""
    UPDATE customer SET {", ".join(f"{name} = row.{name}" for name in KEPT)}
    FROM {recordset(customer, ("id", *KEPT))} WHERE customer.id = row.id
""")
POSTPONE = text(f"""
    UPDATE customer SET profiling_changes_at = :until,
        profiling_basis = CASE {FORMER_BASIS} WHEN 'consent' THEN 'objection' ELSE 'consent' END
    WHERE id = :id
""")


async def lock_due(connection: Connection, now: datetime, limit: int) -> list[UUID]:
    """Lock customers whom time concerns by `now`, those that nobody else has locked; return them in ascending id."""
    return sorted((await connection.execute(LOCK_DUE, {"now": now, "limit": limit})).scalars())


async def lock_outdated(connection: Connection, limit: int) -> list[UUID]:
    """Lock customers who were looked at by the former basis, as `lock_due` does."""
    return sorted((await connection.execute(LOCK_OUTDATED, {"limit": limit})).scalars())


async def keep(connection: Connection, records: Iterable[CustomerRecord]) -> None:
    """Store whether locked customers may be profiled, with their versions."""
    rows = [
        {"id": record.id, "version": record.version, "updated_at": record.updated_at, **profiling_columns(record)}
        for record in records
    ]
    await connection.execute(KEEP, as_rows(rows))


async def postpone(connection: Connection, customer_id: UUID, until: datetime) -> None:
    """Look at a locked customer no sooner than `until`, for whatever reason."""
    await connection.execute(POSTPONE, {"id": customer_id, "until": until})
