"""Steps of contracts as callers see them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from customer_profile.domain.contracts import StepKind
from customer_profile.fields import FactRefText
from lealtad.events.catalog.customer_profile import Channel, CustomerKey, NoEffectReason, StatedTerms
from lealtad.events.catalog.shared_types import FactSource, Slug
from lealtad.http import CustomerRefText
from lealtad.http.parameters import FlagInAddress
from lealtad.money import Money

IN_EFFECT = "Whether the step has an effect on the contract; later steps may change it"


class ContractStep(BaseModel):
    """A start, change, cancellation or revocation, and the contract with all steps that were known then.

    A step that waits for its start has neither contract nor event.
    """

    id: UUID
    event_id: UUID | None = Field(
        description="The same as `id`: follow it with `/v1/events/{id}/trace`; null while the step waits for its start"
    )
    customer_id: UUID | None = Field(description="Of the contract; null while the step waits and names nobody known")
    source: FactSource
    occurred_at: datetime = Field(description="Business time")
    recorded_at: datetime = Field(description="System time")
    channel: Channel | None = None
    named_as: CustomerKey | None = Field(default=None, description="External id that named the customer")
    contract_id: UUID | None = Field(description="null while the step waits for its start, as all of the contract")
    product_line: Slug | None
    monthly_amount: Money | None
    starts_at: datetime | None
    ends_at: datetime | None = Field(description="Agreed or effective end")
    version: int | None = Field(default=None, description="Of the contract: grows with each step")
    changed_at: datetime | None = Field(default=None, description="Business time of the contract's newest step")
    cancelled_at: datetime | None = None
    in_effect: bool = Field(description=IN_EFFECT)
    no_effect_reason: NoEffectReason | None = Field(
        default=None, description="Why the step has no effect; `start-unknown`: it waits for the start of its contract"
    )
    stated: StatedTerms | None = Field(default=None, description="The terms that this step states")
    reason: Slug | None = Field(default=None, description="Of a cancellation or its revocation, as given")


class KnownContractStep(ContractStep):
    """A recorded step with its present effect, and the contract as it was announced with the step."""

    type: StepKind
    waits_for: FactSource | None = Field(description="The start of the contract, until it is recorded")


class StepFilters(BaseModel):
    """Conditions on listed steps."""

    customer: CustomerRefText | None = Field(
        default=None, description="Only of this customer: its id, or `source:external_id`"
    )
    contract: FactRefText | None = Field(
        default=None, description="Only of this contract: its id, or `system:fact_id` of its start, recorded or not"
    )
    in_effect: FlagInAddress | None = Field(default=None, description="Whether they have an effect at present")
    pending: FlagInAddress | None = Field(default=None, description="Whether they wait for the start of their contract")
