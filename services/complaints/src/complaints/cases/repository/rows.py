"""Rows of cases and entries, from and to the objects of the domain."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from complaints.domain.case import Case, Entry
from complaints.domain.stored_case import AppliedChange, CaseChange, IntakeDetails, StoredCase
from lealtad.events.catalog.complaints import CaseKind, CaseStatus, Severity
from lealtad.events.catalog.customer_profile import Channel
from lealtad.events.catalog.shared_types import FactSource
from lealtad.http import CustomerRef
from lealtad.ids import new_id

CASE_FIELDS = tuple(field.name for field in fields(Case))
ENTRY_FIELDS = tuple(field.name for field in fields(Entry))
INTAKE_FIELDS = tuple(field.name for field in fields(IntakeDetails) if field.name not in {"source", "about"})
STATE_COLUMNS = (*(name for name in CASE_FIELDS if name != "opened_at"), "next_due_at")
"""Columns that change in the life of a case."""


def stored_case(row: Mapping[str, Any]) -> StoredCase:
    """Return the case of a row of `service_case`."""
    state = {name: row[name] for name in CASE_FIELDS} | {"status": CaseStatus(row["status"])}
    return StoredCase(id=row["id"], intake=_intake_details(row), case=Case(**state))


def opened_row(begun: StoredCase, ref: CustomerRef | None, fingerprint: bytes) -> dict[str, Any]:
    """Return the row of a new case; `ref` is the customer reference of the request."""
    intake = begun.intake
    return {
        **{name: getattr(begun.case, name) for name in (*CASE_FIELDS, "next_due_at")},
        **{name: getattr(intake, name) for name in INTAKE_FIELDS},
        "id": begun.id,
        "fingerprint": fingerprint if intake.source else None,
        "source_system": intake.source.system if intake.source else None,
        "source_fact_id": intake.source.fact_id if intake.source else None,
        "about_system": intake.about.system if intake.about else None,
        "about_fact_id": intake.about.fact_id if intake.about else None,
        "named_customer_id": ref.id if ref else None,
        "named_source": ref.source if ref else None,
        "named_external_id": ref.external_id if ref else None,
    }


def state_row(after: StoredCase) -> dict[str, Any]:
    """Return the parameters that update the state of a case."""
    state = {name: getattr(after.case, name) for name in STATE_COLUMNS}
    return {**state, "case_id": after.id}


def entry_row(change: CaseChange, applied: AppliedChange) -> dict[str, Any]:
    """Return the row of a history entry."""
    return {
        **{name: getattr(change.entry, name) for name in ENTRY_FIELDS},
        "case_id": change.before.id,
        "actor": change.actor,
        "text_id": new_id() if change.text is not None else None,
        "gesture_id": change.gesture_id,
        "event_id": applied.event.id if applied.event else None,
    }


def entry(row: Mapping[str, Any]) -> Entry:
    """Return the entry of a row of `case_history`."""
    values = {name: row[name] for name in ENTRY_FIELDS}
    return Entry(**values | {"status": CaseStatus(row["status"])})


def _intake_details(row: Mapping[str, Any]) -> IntakeDetails:
    return IntakeDetails(
        kind=CaseKind(row["kind"]),
        severity=Severity(row["severity"]),
        channel=Channel(row["channel"]),
        cause=row["cause"],
        product_line=row["product_line"],
        source=_fact(row["source_system"], row["source_fact_id"]),
        about=_fact(row["about_system"], row["about_fact_id"]),
        mutes=row["mutes"],
        recorded_at=row["recorded_at"],
    )


def _fact(system: str | None, fact_id: str | None) -> FactSource | None:
    return FactSource(system=system, fact_id=fact_id) if system and fact_id else None
