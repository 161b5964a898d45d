"""Request models of cases."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from complaints.fields import FreeText, TechnicalName
from lealtad.events.catalog.complaints import CaseKind, Severity
from lealtad.events.catalog.customer_profile import Channel
from lealtad.events.catalog.shared_types import FactSource
from lealtad.http import CustomerRefText, FactIdText, RequestBody, SafeValueError, SlugText, SystemText, Timestamp


class NewCaseSource(RequestBody):
    """The source of a case; (system, fact id) identifies the case for ever."""

    system: SystemText
    fact_id: FactIdText
    customer_external_id: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="The customer's id in that system; instead of `customer`"
    )


class FactReference(RequestBody):
    """The fact that a case is about: a purchase or a return, by the ids of its source."""

    system: SystemText
    fact_id: FactIdText


class NewCase(RequestBody):
    """A new petition, complaint, claim, suggestion, warranty case or return."""

    kind: CaseKind
    channel: Channel
    description: FreeText = Field(description="In the customer's words. Personal data: kept here only")
    severity: Severity = Severity.MEDIUM
    source: NewCaseSource | None = Field(
        default=None, description="Where the case has an id already; the same fact twice makes one case"
    )
    customer: CustomerRefText | None = Field(
        default=None, description="May be unknown to us so far, or left out; the case is attached later"
    )
    about: FactReference | None = None
    cause: SlugText | None = Field(default=None, description="Code of the taxonomy", examples=["damaged"])
    product_line: SlugText | None = None
    occurred_at: Timestamp | None = Field(
        default=None, description="When the customer spoke up (business time); default: now"
    )

    @model_validator(mode="after")
    def _check_one_customer(self) -> Self:
        if self.customer and self.source and self.source.customer_external_id:
            raise SafeValueError(
                "name the customer once: by `customer` or by `source.customer_external_id`", "customer"
            )
        return self

    @property
    def customer_ref(self) -> str | None:
        """Return the reference of the customer, if there is one."""
        if self.source and self.source.customer_external_id:
            return f"{self.source.system}:{self.source.customer_external_id}"
        return self.customer

    @property
    def customer_pointer(self) -> str:
        """Return the JSON pointer of the field that `customer_ref` comes from."""
        return "/customer" if self.customer else "/source/customer_external_id"

    @property
    def source_fact(self) -> FactSource | None:
        """Return (system, fact id), if the case has a source."""
        return FactSource(system=self.source.system, fact_id=self.source.fact_id) if self.source else None


class StepNote(RequestBody):
    """An optional note with a step."""

    note: FreeText | None = Field(default=None, description="Kept in the history; personal data")


class NewNote(RequestBody):
    """A note for the history of a case."""

    text: FreeText = Field(description="Kept in the history; personal data")


class NewAssignment(RequestBody):
    """The person or queue that works on a case; without both, nobody works on it."""

    assignee: TechnicalName | None = None
    queue: TechnicalName | None = None


class NewAttachment(RequestBody):
    """The customer of a case."""

    customer: CustomerRefText
