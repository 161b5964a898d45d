"""Contracts as callers see them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from lealtad.events.catalog.shared_types import Slug, SystemName
from lealtad.http import CustomerRefText
from lealtad.http.parameters import FlagInAddress
from lealtad.money import Money


class ContractSource(BaseModel):
    """The fact that started a contract."""

    system: SystemName
    fact_id: str


class Contract(BaseModel):
    """A contract in its present state."""

    id: UUID
    customer_id: UUID
    source: ContractSource
    product_line: Slug
    monthly_amount: Money
    starts_at: datetime
    ends_at: datetime | None = Field(description="Agreed or effective end")
    changed_at: datetime = Field(description="Business time of the newest change")
    cancelled_at: datetime | None
    cancellation_reason: Slug | None = Field(description="As the cancellation gave it; null: it gave none")
    active: bool = Field(description="At the present business time")


class ContractFilters(BaseModel):
    """Conditions on listed contracts."""

    customer: CustomerRefText | None = Field(
        default=None, description="Only of this customer: its id, or `source:external_id`"
    )
    active: FlagInAddress | None = Field(default=None, description="Whether they run at the present business time")
