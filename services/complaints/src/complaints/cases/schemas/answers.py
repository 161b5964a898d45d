"""Answer models of cases."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from complaints.domain.case import Action
from complaints.domain.lifecycle import Step, possible_steps
from complaints.domain.stored_case import StoredCase
from lealtad.events.catalog.complaints import CaseKind, CaseStatus, Severity
from lealtad.events.catalog.customer_profile import Channel
from lealtad.events.catalog.shared_types import FactSource, Slug
from lealtad.money import Money


class Case(BaseModel):
    """A case without the texts that people wrote about it."""

    id: UUID
    version: int = Field(description="Grows by one with every history entry; the ETag")
    kind: CaseKind
    severity: Severity
    status: CaseStatus
    possible_steps: list[Step] = Field(description="What may be done with it next")
    channel: Channel
    cause: Slug | None
    product_line: Slug | None
    source: FactSource | None
    about: FactSource | None = Field(description="The fact that the case is about")
    customer_id: UUID | None = Field(description="null: the case is not attached to a customer yet")
    mutes: bool = Field(description="Promotions to the customer rest while the case is open")
    tier: Slug | None = Field(description="Service tier that the due time was computed with")
    assignee: str | None
    queue: str | None
    opened_at: datetime = Field(description="Business time, as all times of a case")
    acknowledged_at: datetime | None
    due_at: datetime = Field(description="While the clock stands: as it was when the pause began")
    paused_at: datetime | None = Field(
        default=None, description="Since when the service clock stands, as the case waits for the customer"
    )
    breached_at: datetime | None = Field(description="When the due time had passed without a resolution")
    resolved_at: datetime | None
    close_at: datetime | None = Field(description="When the resolved case closes by itself")
    closed_at: datetime | None
    reopened_count: int
    recorded_at: datetime = Field(description="System time")

    @classmethod
    def from_stored(cls, stored: StoredCase, **members: Any) -> Self:
        """Return the answer of a stored case; `members` are the fields that a subclass adds."""
        case, intake = stored.case, stored.intake
        return cls(
            **{name: getattr(case, name) for name in Case.model_fields if hasattr(case, name)},
            **{name: getattr(intake, name) for name in Case.model_fields if hasattr(intake, name)},
            id=stored.id,
            possible_steps=list(possible_steps(case.status)),
            **members,
        )


class OpenedCase(Case):
    """A case that was just opened, with the event that announces it."""

    event_id: UUID = Field(description="For `/v1/events/{id}/trace`")


class CaseDetail(Case):
    """A case with its description."""

    description: str | None = Field(description="In the customer's words; null once erased")


class Gesture(BaseModel):
    """The customer's answer to an offer of service recovery."""

    response: str = Field(examples=["accepted"])
    offer: Slug
    offer_version: int
    decision_id: UUID
    cost: Money | None = Field(description="What an accepted offer costs the company")
    occurred_at: datetime

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self | None:
        """Return the gesture of a row of the history, or None when the entry notes no gesture."""
        if row["response"] is None:
            return None
        return cls(
            response=row["response"],
            offer=row["offer_key"],
            offer_version=row["offer_version"],
            decision_id=row["decision_id"],
            cost=None if row["cost"] is None else Money.stored(row["cost"], row["currency"]),
            occurred_at=row["gesture_at"],
        )


class HistoryEntry(BaseModel):
    """One entry of the history; a field that is null did not change."""

    number: int = Field(description="Also the version of the case after it")
    action: Action
    at: datetime = Field(description="Business time")
    recorded_at: datetime = Field(description="System time")
    actor: str = Field(description="Technical name of the caller; `complaints` where the service acted by itself")
    status: CaseStatus = Field(description="After the entry")
    text: str | None = Field(description="What the person wrote, if anything")
    customer_id: UUID | None
    tier: Slug | None
    due_at: datetime | None
    close_at: datetime | None
    paused_at: datetime | None = Field(description="The service clock stands from here on")
    clock_started_at: datetime | None = Field(description="Start of the service clock, moved on by a pause that ends")
    assignee: str | None
    queue: str | None
    gesture: Gesture | None
    event_id: UUID | None = Field(description="Event that announced it")

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Return the entry of a row of the history."""
        return cls.model_validate({**row, "gesture": Gesture.from_row(row)})
