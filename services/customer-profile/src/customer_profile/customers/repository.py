"""SQL of customers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB

from customer_profile.customers import models
from customer_profile.domain.customer import CustomerRecord
from customer_profile.domain.profiling_permission import ProfilingBasis, ProfilingPermission
from lealtad.consents import Consent
from lealtad.db import Connection
from lealtad.events.catalog.customer_profile import Channel, Purpose
from lealtad.http import CustomerRef

LOCK = text("""
    WITH named AS (
        SELECT customer_id, source, external_id
        FROM customer_external_id
        JOIN unnest(CAST(:sources AS text[]), CAST(:external_ids AS text[])) AS wanted (source, external_id)
            USING (source, external_id)
        UNION ALL
        SELECT id, NULL, NULL FROM unnest(CAST(:ids AS uuid[])) AS wanted (id)
    )
    SELECT customer.id, customer.status, named.source, named.external_id
    FROM named JOIN customer ON customer.id = named.customer_id
    ORDER BY customer.id
    FOR NO KEY UPDATE OF customer
""")

RESOLVE_EXTERNAL = text("""
    SELECT customer_id FROM customer_external_id WHERE source = :source AND external_id = :external_id
""")
RESOLVE_ID = text("SELECT id FROM customer WHERE id = :id")

READ = """
    SELECT
        customer.*,
        (
            SELECT coalesce(jsonb_agg(
                jsonb_build_object('source', source, 'external_id', external_id) ORDER BY source, external_id
            ), '[]')
            FROM customer_external_id WHERE customer_id = customer.id
        ) AS external_ids,
        (
            SELECT coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'value', value) ORDER BY place), '[]')
            FROM contact_point WHERE customer_id = customer.id
        ) AS contact_points,
        (
            SELECT coalesce(jsonb_agg(
                jsonb_build_object('country', country, 'kind', kind, 'number', number) ORDER BY country, kind
            ), '[]')
            FROM identity_document WHERE customer_id = customer.id
        ) AS documents,
        (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'purpose', purpose, 'channel', channel, 'granted', granted,
                'given_at', given_at, 'expires_at', expires_at
            )), '[]')
            FROM consent WHERE customer_id = customer.id
        ) AS consents
    FROM customer
"""
OWN_COLUMNS = (
    "version",
    "status",
    "provisional",
    "merged_into",
    "erased_at",
    "do_not_contact_reason",
    "do_not_contact_since",
    "registered_at",
    "updated_at",
)
PROFILE_COLUMNS = (
    "given_name",
    "family_name",
    "organisation",
    "country",
    "region",
    "stratum",
    "language",
    "time_zone",
)
PARTS = dict.fromkeys(("external_ids", "contact_points", "documents", "consents"), JSONB)
READ_ONE = text(f"{READ} WHERE id = :id").columns(**PARTS)
READ_ALL = text(f"{READ} WHERE id = ANY(CAST(:ids AS uuid[]))").columns(**PARTS)
LOCK_ONE = text("SELECT id FROM customer WHERE id = :id FOR NO KEY UPDATE")


INSERT_PROVISIONAL = text("""
    WITH claimed AS (
        INSERT INTO customer_external_id (source, external_id, customer_id)
        SELECT source, external_id, id
        FROM unnest(CAST(:sources AS text[]), CAST(:external_ids AS text[]), CAST(:ids AS uuid[]))
            AS newcomer (source, external_id, id)
        ORDER BY source, external_id
        ON CONFLICT DO NOTHING
        RETURNING customer_id
    ), created AS (
        INSERT INTO customer (id, version, provisional, profiling_basis, profiling_allowed, registered_at, updated_at)
        SELECT customer_id, 1, true, :basis, :allowed, :at, :at FROM claimed
    )
    SELECT count(*) FROM claimed
""")


@dataclass(frozen=True, slots=True)
class LockedCustomer:
    """A customer whose row this transaction has locked."""

    id: UUID
    status: str


async def lock(connection: Connection, refs: Iterable[CustomerRef]) -> dict[CustomerRef, LockedCustomer]:
    """Lock the customers that `refs` name, in ascending id, and return those that exist by reference."""
    refs = list(refs)
    external = [ref for ref in refs if ref.id is None]
    rows = await connection.execute(
        LOCK,
        {
            "ids": [ref.id for ref in refs if ref.id is not None],
            "sources": [ref.source for ref in external],
            "external_ids": [ref.external_id for ref in external],
        },
    )
    customers = {}
    for row in rows:
        named_by_id = row.source is None
        ref = CustomerRef(id=row.id) if named_by_id else CustomerRef(source=row.source, external_id=row.external_id)
        customers[ref] = LockedCustomer(row.id, row.status)
    return customers


async def find_id(connection: Connection, ref: CustomerRef) -> UUID | None:
    """Return the id of the customer that `ref` names, or None."""
    if ref.id is not None:
        customer_id: UUID | None = await connection.scalar(RESOLVE_ID, {"id": ref.id})
    else:
        customer_id = await connection.scalar(RESOLVE_EXTERNAL, {"source": ref.source, "external_id": ref.external_id})
    return customer_id


async def read(connection: Connection, customer_id: UUID) -> CustomerRecord | None:
    """Return the customer, or None."""
    row = (await connection.execute(READ_ONE, {"id": customer_id})).one_or_none()
    return _record(row) if row else None


async def read_all(connection: Connection, ids: Collection[UUID]) -> dict[UUID, CustomerRecord]:
    """Return the customers with these ids."""
    rows = await connection.execute(READ_ALL, {"ids": list(ids)})
    return {row["id"]: _record(row) for row in rows}


async def read_locked(connection: Connection, customer_id: UUID) -> CustomerRecord | None:
    """Lock and return the customer, or None."""
    # Lock first, read then: a statement that waits for a lock reads the other tables as they were before the wait.
    await connection.execute(LOCK_ONE, {"id": customer_id})
    return await read(connection, customer_id)


async def page(
    connection: Connection, filters: Mapping[str, Any], *, before: UUID | None, limit: int
) -> Sequence[CustomerRecord]:
    """Return customers older than `before` that equal `filters` (column: value), the newest first."""
    conditions = [f"customer.{column} = :{column}" for column in filters]
    if before is not None:
        conditions.append("customer.id < :before")
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    statement = text(f"{READ} {where} ORDER BY customer.id DESC LIMIT :limit").columns(**PARTS)
    rows = await connection.execute(statement, {**filters, "before": before, "limit": limit})
    return [_record(row) for row in rows]


async def insert_provisional(
    connection: Connection, newcomers: Mapping[CustomerRef, UUID], profiling: ProfilingPermission, *, at: datetime
) -> int:
    """Insert customers known by an external id only, unless the id exists by now; return the number inserted."""
    inserted: int = await connection.scalar(
        INSERT_PROVISIONAL,
        {
            "sources": [ref.source for ref in newcomers],
            "external_ids": [ref.external_id for ref in newcomers],
            "ids": list(newcomers.values()),
            "basis": profiling.basis,
            "allowed": profiling.allowed,
            "at": at,
        },
    )
    return inserted


async def insert(connection: Connection, records: Sequence[CustomerRecord]) -> None:
    """Insert new customers, without their identities."""
    await connection.execute_each(
        models.customer.insert(), [{"id": record.id, **_columns(record)} for record in records]
    )


async def update(connection: Connection, record: CustomerRecord) -> None:
    """Update a customer, without the identities."""
    await connection.execute(models.customer.update().where(models.customer.c.id == record.id), _columns(record))


def profiling_columns(record: CustomerRecord) -> dict[str, Any]:
    """Return the columns of the permission to profile."""
    profiling = record.profiling
    return {
        "profiling_basis": profiling.basis,
        "profiling_allowed": profiling.allowed,
        "profiling_changes_at": profiling.changes_at,
    }


def _columns(record: CustomerRecord) -> dict[str, Any]:
    profile, preferences = record.profile, record.profile["preferences"]
    hours = preferences["hours"] or {"start": None, "end": None}
    birth_date = profile["birth_date"]
    return {
        **{name: getattr(record, name) for name in OWN_COLUMNS},
        **profiling_columns(record),
        **{name: profile[name] for name in PROFILE_COLUMNS},
        "birth_date": date.fromisoformat(birth_date) if birth_date else None,
        "preferred_channels": preferences["channels"],
        "contact_from": hours["start"],
        "contact_until": hours["end"],
    }


def _record(row: Mapping[Any, Any]) -> CustomerRecord:
    own = {name: row[name] for name in OWN_COLUMNS}
    return CustomerRecord(
        id=row["id"],
        **own,
        profile=_profile(row),
        consents=tuple(map(_consent, row["consents"])),
        profiling=ProfilingPermission(
            ProfilingBasis(row["profiling_basis"]), row["profiling_allowed"], row["profiling_changes_at"]
        ),
    )


def _profile(row: Mapping[Any, Any]) -> dict[str, Any]:
    points = row["contact_points"]
    hours = {"start": row["contact_from"], "end": row["contact_until"]} if row["contact_from"] else None
    return {
        **{name: row[name] for name in PROFILE_COLUMNS},
        "external_ids": row["external_ids"],
        "emails": [point["value"] for point in points if point["kind"] == "email"],
        "phones": [point["value"] for point in points if point["kind"] == "phone"],
        "documents": row["documents"],
        "birth_date": row["birth_date"].isoformat() if row["birth_date"] else None,
        "preferences": {"channels": list(row["preferred_channels"]), "hours": hours},
    }


def _consent(entry: Mapping[str, Any]) -> Consent:
    expires_at = entry["expires_at"]
    return Consent(
        purpose=Purpose(entry["purpose"]),
        channel=Channel(entry["channel"]) if entry["channel"] else None,
        granted=entry["granted"],
        given_at=datetime.fromisoformat(entry["given_at"]),
        expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
    )
