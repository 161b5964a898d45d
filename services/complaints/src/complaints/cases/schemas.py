"""What callers send about cases."""

import re
import unicodedata
from typing import Annotated, Self
from uuid import UUID

from fastapi import Path
from pydantic import AfterValidator, Field, model_validator

from lealtad.events.catalog.complaints import CaseKind, Severity
from lealtad.events.catalog.customer_profile import Channel
from lealtad.events.catalog.shared_types import FactSource
from lealtad.http import CustomerRefText, FactIdText, RequestBody, SafeValueError, SlugText, SystemText, Timestamp

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _readable(value: str) -> str:
    text = unicodedata.normalize("NFC", value).strip()
    if _CONTROL.search(text):
        raise SafeValueError("contains control characters; leave them out")
    if not text:
        raise SafeValueError("is blank; say something, or leave the field out")
    return text


FreeText = Annotated[str, Field(min_length=1, max_length=10_000), AfterValidator(_readable)]
"""What a person wrote: Unicode in normal form C, lines allowed. Personal data: in no event, no log."""

CaseId = Annotated[UUID, Path(description="Id of a case")]
"""The case of an address."""

TechnicalName = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$", description="A user's or team's technical name, no e-mail"),
]


class SourceIn(RequestBody):
    """Where the case comes from; (system, fact id) names it for ever."""

    system: SystemText
    fact_id: FactIdText
    customer_external_id: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="The customer's id in that system; instead of `customer`"
    )


class AboutIn(RequestBody):
    """The fact that a case is about: a purchase or a return, as its source names it."""

    system: SystemText
    fact_id: FactIdText


class CaseIn(RequestBody):
    """A petition, complaint, claim, suggestion, warranty case or return, as it comes in."""

    kind: CaseKind
    channel: Channel
    description: FreeText = Field(description="In the customer's words. Personal data: kept here only")
    severity: Severity = Severity.MEDIUM
    source: SourceIn | None = Field(
        default=None, description="Where the case has an id already; the same fact twice makes one case"
    )
    customer: CustomerRefText | None = Field(
        default=None, description="May be unknown to us so far, or left out; the case is attached later"
    )
    about: AboutIn | None = None
    cause: SlugText | None = Field(default=None, description="Code of the taxonomy", examples=["damaged"])
    product_line: SlugText | None = None
    occurred_at: Timestamp | None = Field(
        default=None, description="When the customer spoke up (business time); default: now"
    )

    @model_validator(mode="after")
    def _names_one_customer(self) -> Self:
        if self.customer and self.source and self.source.customer_external_id:
            raise SafeValueError(
                "name the customer once: by `customer` or by `source.customer_external_id`", "customer"
            )
        return self

    @property
    def customer_ref(self) -> str | None:
        """How the customer is named, if at all."""
        if self.source and self.source.customer_external_id:
            return f"{self.source.system}:{self.source.customer_external_id}"
        return self.customer

    @property
    def customer_place(self) -> str:
        """Where in the body `customer_ref` comes from."""
        return "/customer" if self.customer else "/source/customer_external_id"

    @property
    def fact(self) -> FactSource | None:
        """(system, fact id), where the case has one."""
        return FactSource(system=self.source.system, fact_id=self.source.fact_id) if self.source else None


class StepIn(RequestBody):
    """What may be said with a step."""

    note: FreeText | None = Field(default=None, description="Kept in the history; personal data")


class NoteIn(RequestBody):
    """A note to a case."""

    text: FreeText = Field(description="Kept in the history; personal data")


class AssignmentIn(RequestBody):
    """Who works on a case; both left out: nobody."""

    assignee: TechnicalName | None = None
    queue: TechnicalName | None = None


class AttachmentIn(RequestBody):
    """Whose case it is."""

    customer: CustomerRefText
