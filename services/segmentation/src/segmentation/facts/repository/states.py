"""SQL of facts that carry a whole state: only a newer state changes a row."""

from collections.abc import Sequence
from datetime import UTC

from sqlalchemy import text

from lealtad.db import Connection
from lealtad.events.catalog.churn_scoring import ChurnScored
from lealtad.events.catalog.complaints import OPEN_STATUSES, CaseState
from lealtad.events.catalog.customer_profile import ContractFact
from lealtad.events.envelope import Event

KEEP_CONTRACTS = text("""
INSERT INTO contract AS stored (contract_id, customer_id, occurred_at, event_id, product_line, starts_at, ends_at)
SELECT * FROM unnest(CAST(:contract_ids AS uuid[]), CAST(:customer_ids AS uuid[]), CAST(:times AS timestamptz[]),
                     CAST(:event_ids AS uuid[]), CAST(:lines AS text[]), CAST(:starts AS timestamptz[]),
                     CAST(:ends AS timestamptz[]))
ON CONFLICT (contract_id) DO UPDATE SET
    customer_id = EXCLUDED.customer_id, occurred_at = EXCLUDED.occurred_at, event_id = EXCLUDED.event_id,
    product_line = EXCLUDED.product_line, starts_at = EXCLUDED.starts_at, ends_at = EXCLUDED.ends_at
WHERE (EXCLUDED.occurred_at, EXCLUDED.event_id) > (stored.occurred_at, stored.event_id)
""")

KEEP_CASES = text("""
INSERT INTO complaint_case AS stored (case_id, version, customer_id, kind, severity, is_open, mutes, opened_on)
SELECT * FROM unnest(CAST(:case_ids AS uuid[]), CAST(:versions AS integer[]), CAST(:customer_ids AS uuid[]),
                     CAST(:kinds AS text[]), CAST(:severities AS text[]), CAST(:open AS boolean[]),
                     CAST(:mutes AS boolean[]), CAST(:opened AS date[]))
ON CONFLICT (case_id) DO UPDATE SET
    version = EXCLUDED.version, customer_id = EXCLUDED.customer_id, kind = EXCLUDED.kind,
    severity = EXCLUDED.severity, is_open = EXCLUDED.is_open, mutes = EXCLUDED.mutes, opened_on = EXCLUDED.opened_on
WHERE EXCLUDED.version > stored.version
""")

KEEP_SCORES = text("""
INSERT INTO churn_score AS stored (customer_id, sequence, probability, band, as_of)
SELECT * FROM unnest(CAST(:customer_ids AS uuid[]), CAST(:sequences AS bigint[]), CAST(:probabilities AS numeric[]),
                     CAST(:bands AS text[]), CAST(:times AS timestamptz[]))
ON CONFLICT (customer_id) DO UPDATE SET
    sequence = EXCLUDED.sequence, probability = EXCLUDED.probability, band = EXCLUDED.band, as_of = EXCLUDED.as_of
WHERE EXCLUDED.sequence > stored.sequence
""")


async def keep_contracts(connection: Connection, events: Sequence[Event[ContractFact]]) -> None:
    """Upsert contracts, one event each, unless a newer state is stored."""
    data = [event.data for event in events]
    await connection.execute(
        KEEP_CONTRACTS,
        {
            "contract_ids": [item.contract_id for item in data],
            "customer_ids": [item.customer_id for item in data],
            "times": [item.occurred_at for item in data],
            "event_ids": [event.id for event in events],
            "lines": [item.product_line for item in data],
            "starts": [item.starts_at for item in data],
            "ends": [item.ends_at for item in data],
        },
    )


async def keep_cases(connection: Connection, cases: Sequence[CaseState]) -> None:
    """Upsert cases, each once, unless a newer version is stored."""
    await connection.execute(
        KEEP_CASES,
        {
            "case_ids": [case.case_id for case in cases],
            "versions": [case.version for case in cases],
            "customer_ids": [case.customer_id for case in cases],
            "kinds": [case.kind.value for case in cases],
            "severities": [case.severity.value for case in cases],
            "open": [case.status in OPEN_STATUSES for case in cases],
            "mutes": [case.mutes for case in cases],
            "opened": [case.opened_at.astimezone(UTC).date() for case in cases],
        },
    )


async def keep_scores(connection: Connection, events: Sequence[Event[ChurnScored]]) -> None:
    """Upsert scores, one per customer, unless a newer one is stored."""
    await connection.execute(
        KEEP_SCORES,
        {
            "customer_ids": [event.data.customer_id for event in events],
            "sequences": [event.sequence for event in events],
            "probabilities": [event.data.probability for event in events],
            "bands": [event.data.band for event in events],
            "times": [event.data.as_of for event in events],
        },
    )
