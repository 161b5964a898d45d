"""From stored cases to what callers see."""

from typing import Any
from uuid import UUID

from complaints.cases.resources import Case, CaseDetail, Gesture, HistoryEntry, OpenedCase
from complaints.cases.stored import StoredCase
from complaints.domain.lifecycle import possible_steps
from lealtad.db import Row


def shown(stored: StoredCase) -> Case:
    """Answer the case as lists and steps show it."""
    return Case(**_members(stored))


def opened(stored: StoredCase, event_id: UUID) -> OpenedCase:
    """Answer the case as its opening shows it."""
    return OpenedCase(**_members(stored), event_id=event_id)


def detailed(stored: StoredCase, description: str | None) -> CaseDetail:
    """Answer the case with its description."""
    return CaseDetail(**_members(stored), description=description)


def history_entry(row: Row) -> HistoryEntry:
    """Answer a line of the history."""
    return HistoryEntry.model_validate({**row, "gesture": _gesture(row)})


def _members(stored: StoredCase) -> dict[str, Any]:
    case, intake = stored.case, stored.intake
    return {
        **{name: getattr(case, name) for name in Case.model_fields if hasattr(case, name)},
        **{name: getattr(intake, name) for name in Case.model_fields if hasattr(intake, name)},
        "id": stored.id,
        "possible_steps": list(possible_steps(case.status)),
    }


def _gesture(row: Row) -> Gesture | None:
    if row["response"] is None:
        return None
    return Gesture(
        response=row["response"],
        offer=row["offer_key"],
        offer_version=row["offer_version"],
        decision_id=row["decision_id"],
        occurred_at=row["gesture_at"],
    )
