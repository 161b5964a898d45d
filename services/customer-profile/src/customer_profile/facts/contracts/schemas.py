"""Contracts as callers see them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from customer_profile.domain.contracts import ContractStatus, StepKind
from customer_profile.facts.contracts.steps.schemas import IN_EFFECT
from lealtad.events.catalog.customer_profile import NoEffectReason, StatedTerms
from lealtad.events.catalog.shared_types import FactSource, Slug, SystemName
from lealtad.http import CustomerRefText
from lealtad.http.parameters import FlagInAddress
from lealtad.money import Money


class ContractSource(BaseModel):
    """The fact that started a contract."""

    system: SystemName
    fact_id: str


class StepOfContract(BaseModel):
    """A step with its present effect."""

    id: UUID
    type: StepKind
    source: FactSource
    occurred_at: datetime = Field(description="Business time")
    recorded_at: datetime = Field(description="System time")
    stated: StatedTerms | None = Field(description="The terms that the step states; null: they were not kept")
    reason: Slug | None
    in_effect: bool = Field(description=IN_EFFECT)
    no_effect_reason: NoEffectReason | None = Field(description="Why the step has no effect")


class Contract(BaseModel):
    """A contract in its present state, which its steps give by the time they happened."""

    id: UUID
    customer_id: UUID
    source: ContractSource
    product_line: Slug
    monthly_amount: Money
    starts_at: datetime
    ends_at: datetime | None = Field(description="Agreed or effective end")
    changed_at: datetime = Field(description="Business time of the newest step")
    cancelled_at: datetime | None
    cancellation_reason: Slug | None = Field(description="As the cancellation gave it; null: it gave none")
    version: int = Field(description="Grows with each step; events of the contract carry it")
    active: bool = Field(description="At the present business time")
    status: ContractStatus = Field(
        description="At the present business time. pending-start: signed, starts later; cancelled: a cancellation is "
        "in force, and the contract may run until its end; ended: at its agreed end; never-ran: its end is not "
        "after its start"
    )
    steps: list[StepOfContract] = Field(
        description="By the time they happened; the newest 50, all at `/v1/contract-steps?contract=`"
    )


class ContractFilters(BaseModel):
    """Conditions on listed contracts."""

    customer: CustomerRefText | None = Field(
        default=None, description="Only of this customer: its id, or `source:external_id`"
    )
    status: ContractStatus | None = Field(default=None, description="Only in this status")
    active: FlagInAddress | None = Field(default=None, description="Whether they run at the present business time")
