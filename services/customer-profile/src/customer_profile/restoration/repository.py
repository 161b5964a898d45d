"""SQL that restores the shared state of customers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from customer_profile.consents import repository as consents
from customer_profile.domain.consent_statement import ConsentStatement
from lealtad.consents import Consent
from lealtad.db import Connection
from lealtad.db.recordset import as_rows
from lealtad.events.catalog.customer_profile import CustomerState

SOURCE = "adopt-restore"

# Facts may be read before their customer's state.
CREATE_MISSING = text("""
    INSERT INTO customer (id, version, provisional, registered_at, updated_at)
    SELECT id, 1, true, :now, :now FROM unnest(CAST(:ids AS uuid[])) AS published (id) ORDER BY id
    ON CONFLICT (id) DO NOTHING
""")
# The event holds only the year of birth, so the birth date stays. The permission to profile is reviewed again.
STORE = text(f"""
    UPDATE customer SET
        version = customer.version + 1, updated_at = :now, status = state.status, provisional = state.provisional,
        merged_into = state.merged_into, erased_at = state.erased_at, country = state.country, region = state.region,
        stratum = state.stratum, language = state.language, time_zone = state.time_zone,
        preferred_channels = state.preferred_channels, contact_from = state.contact_from,
        contact_until = state.contact_until, registered_at = state.registered_at,
        profiling_allowed = state.profiling_allowed, profiling_changes_at = :now,
        do_not_contact_reason = CASE WHEN state.do_not_contact THEN coalesce(do_not_contact_reason, '{SOURCE}') END,
        do_not_contact_since = CASE WHEN state.do_not_contact THEN coalesce(do_not_contact_since, :now) END
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS state (
        id uuid, status text, provisional boolean, merged_into uuid, erased_at timestamptz, country text, region text,
        stratum smallint, language text, time_zone text, preferred_channels text[], contact_from text,
        contact_until text, registered_at timestamptz, do_not_contact boolean,
        profiling_allowed boolean)
    WHERE customer.id = state.id
""")
NAME = text("""
    INSERT INTO customer_external_id (source, external_id, customer_id)
    SELECT source, external_id, customer_id
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS state (source text, external_id text, customer_id uuid)
    ORDER BY source, external_id
    ON CONFLICT DO NOTHING
""")
SHARED = (
    "status",
    "provisional",
    "merged_into",
    "erased_at",
    "country",
    "region",
    "stratum",
    "language",
    "time_zone",
    "preferred_channels",
    "registered_at",
    "do_not_contact",
    "profiling_allowed",
)


async def create_missing(connection: Connection, ids: Sequence[UUID], now: datetime) -> None:
    """Create the customers that are not stored; their state may be read later."""
    await connection.execute(CREATE_MISSING, {"ids": list(ids), "now": now})


async def store(connection: Connection, states: Mapping[UUID, CustomerState], now: datetime) -> None:
    """Store the newest published state of locked customers; an external id of another customer stays there."""
    await connection.execute(STORE, {"now": now, **as_rows([_row(key, state) for key, state in states.items()])})
    names = [
        {"source": name.source, "external_id": name.external_id, "customer_id": key}
        for key, state in states.items()
        for name in state.external_ids
    ]
    await connection.execute(NAME, as_rows(names))
    statements = [
        (
            key,
            ConsentStatement(Consent(each.purpose, each.channel, each.granted, each.given_at, each.expires_at), SOURCE),
        )
        for key, state in states.items()
        for each in state.consents
    ]
    await consents.insert_missing(connection, statements, now)


def _row(key: UUID, state: CustomerState) -> dict[str, Any]:
    hours = state.contact_hours
    return {
        "id": key,
        **{name: getattr(state, name) for name in SHARED},
        "contact_from": hours.start if hours else None,
        "contact_until": hours.end if hours else None,
    }
