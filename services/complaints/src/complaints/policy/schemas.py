"""The service policy as the document that managers read and replace."""

from datetime import timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from complaints.domain.business_time import BusinessCalendar
from complaints.domain.service_level import ServicePolicy
from complaints.fields import OpenHours, TierFactor, Weekdays
from complaints.policy.examples import SHIPPED_POLICY
from lealtad.codes import Zone
from lealtad.distinct import EachOnce
from lealtad.events.catalog.complaints import CaseKind, Severity
from lealtad.events.catalog.shared_types import Slug
from lealtad.http import FieldWarnings, SafeValueError
from lealtad.policies import PolicyStamp
from lealtad.scalars import Date, Flag, TimeOfDay, WholeNumber

MAX_YEARS_OF_A_DUE_TIME = 2
"""The longest due time must fit into the desk's open time of so many years."""


class PolicyPart(BaseModel):
    """A part of the policy that refuses unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SeverityHours(PolicyPart):
    """Open hours until a case is due, by severity."""

    low: OpenHours
    medium: OpenHours
    high: OpenHours
    critical: OpenHours


class KindHours(PolicyPart):
    """Open hours until a case is due, by kind and severity."""

    petition: SeverityHours
    complaint: SeverityHours
    claim: SeverityHours
    suggestion: SeverityHours
    warranty: SeverityHours
    return_: SeverityHours = Field(alias="return")


class OpeningHours(PolicyPart):
    """Opening hours of the desk; they are the same on each of its weekdays."""

    zone: Zone = Field(description="IANA time zone of the desk")
    opens: TimeOfDay
    closes: TimeOfDay
    weekdays: Weekdays
    holidays: Annotated[set[Date], Field(max_length=400), EachOnce] = Field(default_factory=set)

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.opens >= self.closes:
            raise SafeValueError("the desk must open before it closes, on the same day")
        return self


class PolicyDocument(PolicyPart):
    """The rules of cases that a manager tunes."""

    model_config = ConfigDict(json_schema_extra={"examples": [SHIPPED_POLICY]})

    hours: KindHours
    tier_factors: dict[Slug, TierFactor] = Field(
        description="Share of the hours that a service tier gets; a tier that is not named gets all of them",
        max_length=50,
        examples=[{"premium": "0.5"}],
    )
    opening_hours: OpeningHours
    close_after_days: WholeNumber = Field(
        ge=1, le=365, description="How long a resolution stands before the case closes"
    )
    acknowledge_at_intake: Flag = Field(
        description="Whether the intake itself tells the customer that the case is known"
    )
    waiting_pauses: Flag = Field(
        default=True, description="Whether the service clock stands while a case waits for the customer"
    )
    muting_kinds: Annotated[set[CaseKind], Field(max_length=20), EachOnce] = Field(
        description="Kinds of which an open case mutes promotions"
    )
    future_tolerance_s: WholeNumber = Field(ge=0, le=86_400, description="How far clocks of channels may run ahead")
    oldest_days: WholeNumber = Field(ge=1, le=3_650, description="How far back the occurrence of a case may lie")

    def rules(self, version: int) -> ServicePolicy:
        """Return the policy in the form that the domain uses."""
        hours = self.hours.model_dump(by_alias=True)
        desk = self.opening_hours
        return ServicePolicy(
            version=version,
            hours={kind: {severity: hours[kind][severity] for severity in Severity} for kind in CaseKind},
            tier_factors=self.tier_factors,
            calendar=BusinessCalendar(
                ZoneInfo(desk.zone), desk.opens, desk.closes, frozenset(desk.weekdays), frozenset(desk.holidays)
            ),
            close_after=timedelta(days=self.close_after_days),
            acknowledge_at_intake=self.acknowledge_at_intake,
            muting_kinds=frozenset(self.muting_kinds),
            future_tolerance=timedelta(seconds=self.future_tolerance_s),
            oldest=timedelta(days=self.oldest_days),
            waiting_pauses=self.waiting_pauses,
        )


class PolicyVersion(PolicyDocument, PolicyStamp):
    """A version of the service policy."""


class ChangedServicePolicy(PolicyVersion):
    """The service policy as a request left it, with warnings about service tiers that nobody has."""

    warnings: FieldWarnings


def try_out(document: PolicyDocument) -> None:
    """Raise SafeValueError when a case could never be due, or only after years.

    A new policy is tried out before it is stored. A stored version is not tried out again, so it stays readable when
    this rule gets stricter.
    """
    policy = document.rules(version=1)
    if policy.longest_due_time > policy.calendar.open_time_within(MAX_YEARS_OF_A_DUE_TIME):
        hours = policy.longest_due_time.total_seconds() / 3_600
        raise SafeValueError(
            f"the longest due time, {hours:.0f} open hours, takes more than {MAX_YEARS_OF_A_DUE_TIME} years of these "
            "opening hours: open longer, name fewer holidays, or lower `hours` or `tier_factors`",
            "opening_hours",
        )
