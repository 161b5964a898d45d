"""The service policy as a document: what a manager reads and sets."""

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Annotated, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, field_validator, model_validator

from complaints.domain.business_time import BusinessCalendar
from complaints.domain.service_level import ServicePolicy
from lealtad.events.catalog.complaints import CaseKind, Severity
from lealtad.events.catalog.shared_types import Slug
from lealtad.http import SafeValueError
from lealtad.policies import PolicyStamp

Hours = Annotated[int, Field(ge=1, le=2_000, description="Open hours of the desk")]
Factor = Annotated[Decimal, Field(gt=0, le=10, max_digits=20, decimal_places=2)]
Weekday = Annotated[int, Field(ge=0, le=6, description="Monday is 0")]


# JSON Schema's format `time` demands an offset, which a local time has not (RFC 3339, full-time).
LocalTime = Annotated[
    time, WithJsonSchema({"type": "string", "pattern": r"^\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$", "examples": ["08:00"]})
]


class Strict(BaseModel):
    """A part of the policy; unknown members are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SeverityHours(Strict):
    """Open hours until a case is due, by severity."""

    low: Hours
    medium: Hours
    high: Hours
    critical: Hours


class KindHours(Strict):
    """Open hours until a case is due, by kind and severity."""

    petition: SeverityHours
    complaint: SeverityHours
    claim: SeverityHours
    suggestion: SeverityHours
    warranty: SeverityHours
    return_: SeverityHours = Field(alias="return")


class OpeningHours(Strict):
    """When the desk is open; the same hours on each of its weekdays."""

    zone: str = Field(max_length=64, description="IANA time zone of the desk", examples=["America/Bogota"])
    opens: LocalTime
    closes: LocalTime
    weekdays: set[Weekday] = Field(min_length=1, max_length=7)
    holidays: set[date] = Field(default_factory=set, max_length=400)

    @field_validator("zone")
    @classmethod
    def _is_known(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise SafeValueError("not a name of the IANA time zone database, such as Europe/Madrid")
        return zone

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if self.opens.tzinfo or self.closes.tzinfo:
            raise SafeValueError("opening hours are local times of the zone, without an offset")
        if self.opens >= self.closes:
            raise SafeValueError("the desk must open before it closes, on the same day")
        return self


class PolicyDocument(Strict):
    """Everything about cases that a manager tunes."""

    hours: KindHours
    tier_factors: dict[Slug, Factor] = Field(
        description="Share of the hours that a service tier gets; a tier that is not named gets all of them",
        max_length=50,
        examples=[{"premium": "0.5"}],
    )
    opening_hours: OpeningHours
    close_after_days: int = Field(ge=1, le=365, description="How long a resolution stands before the case closes")
    acknowledge_at_intake: bool = Field(
        description="Whether the intake itself tells the customer that the case is known"
    )
    muting_kinds: set[CaseKind] = Field(max_length=20, description="Kinds of which an open case mutes promotions")
    future_tolerance_s: int = Field(ge=0, le=86_400, description="How far clocks of channels may run ahead")
    oldest_days: int = Field(ge=1, le=3_650, description="How far back the occurrence of a case may lie")

    def rules(self, version: int) -> ServicePolicy:
        """Answer the policy as the domain reads it."""
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
        )


class PolicyOut(PolicyDocument, PolicyStamp):
    """A version of the service policy."""
