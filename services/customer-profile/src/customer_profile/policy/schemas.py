"""The intake policy as callers see and change it."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from customer_profile.domain.external_ids import UnknownDocumentFormatError, document_format
from customer_profile.domain.occurrence import OccurrenceWindow
from customer_profile.domain.profiling_permission import ProfilingBasis
from lealtad.codes import CountryCode
from lealtad.distinct import EachOnce
from lealtad.events.catalog.shared_types import SystemName
from lealtad.events.cause import Lane
from lealtad.http import RequestBody, SafeValueError
from lealtad.policies import PolicyStamp
from lealtad.scalars import WholeNumber

DAYS_OF_A_CENTURY = 36_525


class UnknownCustomers(StrEnum):
    """The treatment of a fact whose external id is not registered."""

    CREATE = "create"
    REFUSE = "refuse"


def _existing_format(name: str) -> str:
    try:
        document_format(name)
    except UnknownDocumentFormatError as error:
        raise SafeValueError(str(error)) from None
    return name


DocumentFormat = Annotated[
    str, Field(pattern=r"^[a-z]{2}\.[a-z_]{1,40}$", examples=["es.dni"]), AfterValidator(_existing_format)
]


class IntakePolicy(RequestBody):
    """The rules for the intake of facts and customers."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "unknown_customers": "create",
                    "future_tolerance_s": 300,
                    "oldest_age_days": 3650,
                    "backfill_oldest_age_days": 36_525,
                    "guarded_sources": ["loyalty-cards"],
                    "phone_regions": ["CO", "ES"],
                    "document_formats": ["co.nit"],
                    "pending_facts_limit": 100,
                    "profiling_basis": "objection",
                }
            ]
        },
    )

    unknown_customers: UnknownCustomers = Field(
        description="create: a fact of an unknown external id makes a provisional customer; refuse: it is answered 422"
    )
    future_tolerance_s: WholeNumber = Field(
        ge=0, le=86_400, description="How far ahead of us the clock of a source may run"
    )
    oldest_age_days: WholeNumber = Field(ge=1, le=DAYS_OF_A_CENTURY, description="An older fact is taken for a mistake")
    backfill_oldest_age_days: WholeNumber = Field(
        default=DAYS_OF_A_CENTURY,
        ge=1,
        le=DAYS_OF_A_CENTURY,
        description="The same for facts that are sent with `mode: backfill`",
    )
    guarded_sources: Annotated[
        list[SystemName], Field(max_length=100, json_schema_extra={"uniqueItems": True}), EachOnce
    ] = Field(
        default_factory=list,
        description="Sources that may name customers by a phone or document in digits alone: their external ids "
        "are held against `phone_regions` and `document_formats`",
    )
    phone_regions: Annotated[
        list[CountryCode], Field(max_length=50, json_schema_extra={"uniqueItems": True}), EachOnce
    ] = Field(
        description="Countries whose national phone numbers are no external ids of a guarded source; numbers with "
        "their country code never are",
    )
    document_formats: Annotated[
        list[DocumentFormat], Field(max_length=50, json_schema_extra={"uniqueItems": True}), EachOnce
    ] = Field(
        description="National documents that are no external ids of a guarded source: country and format of the "
        "python-stdnum library",
    )

    pending_facts_limit: WholeNumber = Field(
        default=100,
        ge=0,
        le=1000,
        description="How many steps may wait for one start of a contract that is not recorded yet; more are answered "
        "429. 0: none waits",
    )
    profiling_basis: ProfilingBasis = Field(
        default=ProfilingBasis.OBJECTION,
        description="What it means that a customer was never asked about `profiling`. objection: allowed until "
        "refused; consent: not allowed until granted. After a change all whom it concerns are announced, some "
        "500 a second",
    )

    def occurrence_window(self, lane: Lane = Lane.LIVE) -> OccurrenceWindow:
        """Return the range around the business time in which a fact of `lane` may have happened."""
        oldest = self.backfill_oldest_age_days if lane is Lane.BACKFILL else self.oldest_age_days
        return OccurrenceWindow(timedelta(seconds=self.future_tolerance_s), timedelta(days=oldest))


class IntakePolicyVersion(IntakePolicy, PolicyStamp):
    """A version of the intake policy."""
