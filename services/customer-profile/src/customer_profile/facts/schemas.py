"""Requests, resources and filters that all kinds of facts share."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from lealtad.events.catalog.customer_profile import Channel, Fact
from lealtad.http import CustomerRefText, FactIdText, RequestBody, SystemText, Timestamp


class NewFactSource(RequestBody):
    """The source of a fact; (system, fact id) is unique for ever."""

    system: SystemText
    fact_id: FactIdText
    customer_external_id: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="The customer's id in that system; instead of `customer`"
    )


class FactRequest(RequestBody):
    """The fields that requests of all kinds share."""

    type: str
    source: NewFactSource
    customer: CustomerRefText | None = Field(default=None, description="May be left out with a customer external id")
    occurred_at: Timestamp = Field(description="Business time of the fact")
    channel: Channel | None = None

    def content(self) -> dict[str, Any]:
        """Return the members that tell a repeat from a conflict; subclasses add what no member says."""
        return dict(self)


class RecordedFact(Fact):
    """A recorded fact."""

    id: UUID
    event_id: UUID = Field(description="The same as `id`: follow it with `/v1/events/{id}/trace`")


class FactFilters(BaseModel):
    """Conditions on listed facts."""

    customer: CustomerRefText | None = Field(
        default=None, description="Only of this customer: its id, or `source:external_id`"
    )
    since: Annotated[Timestamp | None, Field(description="Occurred at or after")] = None
    until: Annotated[Timestamp | None, Field(description="Occurred before")] = None


def documented(*examples: dict[str, Any]) -> ConfigDict:
    """Return the configuration of a request model that shows `examples`."""
    return ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": list(examples)})


def fact_document(fact_id: UUID, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a fact as a resource; its event has the same id."""
    return {"id": fact_id, "event_id": fact_id, **data}
