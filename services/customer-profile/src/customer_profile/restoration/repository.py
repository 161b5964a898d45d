"""SQL that takes back the shared state of customers."""

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
# The birth date is known to the year only, and stays as it is. Profiling is as announced, and is looked at again.
STORE = text(f"""
    UPDATE customer SET
        version = customer.version + 1, updated_at = :now, status = told.status, provisional = told.provisional,
        merged_into = told.merged_into, erased_at = told.erased_at, country = told.country, region = told.region,
        stratum = told.stratum, language = told.language, time_zone = told.time_zone,
        preferred_channels = told.preferred_channels, contact_from = told.contact_from,
        contact_until = told.contact_until, registered_at = told.registered_at,
        profiling_allowed = told.profiling_allowed, profiling_changes_at = :now,
        do_not_contact_reason = CASE WHEN told.do_not_contact THEN coalesce(do_not_contact_reason, '{SOURCE}') END,
        do_not_contact_since = CASE WHEN told.do_not_contact THEN coalesce(do_not_contact_since, :now) END
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS told (
        id uuid, status text, provisional boolean, merged_into uuid, erased_at timestamptz, country text, region text,
        stratum smallint, language text, time_zone text, preferred_channels text[], contact_from text,
        contact_until text, registered_at timestamptz, do_not_contact boolean,
        profiling_allowed boolean)
    WHERE customer.id = told.id
""")
NAME = text("""
    INSERT INTO customer_external_id (source, external_id, customer_id)
    SELECT source, external_id, customer_id
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS told (source text, external_id text, customer_id uuid)
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
    """Create the customers that are not known, to be told more about by their state."""
    await connection.execute(CREATE_MISSING, {"ids": list(ids), "now": now})


async def store(connection: Connection, states: Mapping[UUID, CustomerState], now: datetime) -> None:
    """Store what was published last about locked customers; a name that another customer has stays with that one."""
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
