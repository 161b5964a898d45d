"""Facts as callers see them: the data of their events, with their ids."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from lealtad.events.catalog.customer_profile import (
    ContractFact,
    Fact,
    PurchaseRecorded,
    PurchaseReturned,
    TouchpointRecorded,
)
from lealtad.events.catalog.shared_types import Slug, SystemName
from lealtad.http import CustomerRefText, Timestamp
from lealtad.money import Money


class RecordedFact(Fact):
    """A recorded fact."""

    id: UUID
    event_id: UUID = Field(description="The same as `id`: follow it with `/v1/events/{id}/trace`")


class Purchase(RecordedFact, PurchaseRecorded):
    """A recorded purchase."""


class Return(RecordedFact, PurchaseReturned):
    """A recorded return; without `purchase_id` it is unmatched."""


class Payment(RecordedFact):
    """A recorded payment: with a method when it arrived, with a reason when it failed."""

    amount: Money
    purchase_id: UUID | None
    method: Slug | None = None
    reason: Slug | None = None


class Touchpoint(RecordedFact, TouchpointRecorded):
    """A recorded touchpoint."""


class ContractStep(RecordedFact, ContractFact):
    """A recorded start, change or cancellation, with the contract as it stands after it."""

    reason: Slug | None = None


class Contract(BaseModel):
    """A contract as it stands."""

    id: UUID
    customer_id: UUID
    source: "ContractSource"
    product_line: Slug
    monthly_amount: Money
    starts_at: datetime
    ends_at: datetime | None = Field(description="Agreed or effective end")
    changed_at: datetime = Field(description="Business time of the newest change")
    cancelled_at: datetime | None
    active: bool = Field(description="At the present business time")


class ContractSource(BaseModel):
    """The fact that started a contract."""

    system: SystemName
    fact_id: str


class FactFilters(BaseModel):
    """What listed facts must be."""

    customer: CustomerRefText | None = Field(
        default=None, description="Only of this customer: its id, or `source:external_id`"
    )
    since: Annotated[Timestamp | None, Field(description="Occurred at or after")] = None
    until: Annotated[Timestamp | None, Field(description="Occurred before")] = None


class ContractFilters(BaseModel):
    """What listed contracts must be."""

    customer: CustomerRefText | None = Field(
        default=None, description="Only of this customer: its id, or `source:external_id`"
    )
    active: bool | None = Field(default=None, description="Whether they run at the present business time")
