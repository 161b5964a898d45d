"""The audience of an offer or situation: conditions on a customer."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from campaigns.domain.customer import Customer
from campaigns.domain.violation import Violation
from campaigns.fields import SlugSet
from lealtad.scalars import WholeNumber


class CaseNeed(StrEnum):
    """A condition on complaint cases."""

    OPEN = "open"
    RECENTLY_RESOLVED = "recently-resolved"


class ContractNeed(StrEnum):
    """A condition on contracts."""

    ACTIVE = "active"
    NONE = "none"
    ENDED = "ended"


class Audience(BaseModel):
    """A conjunction of conditions. Without conditions it contains every customer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    segments_any: SlugSet = Field(default=frozenset(), description="In at least one of these segments")
    segments_all: SlugSet = Field(default=frozenset(), description="In all of these")
    segments_none: SlugSet = Field(default=frozenset(), description="In none of these")
    churn_bands: SlugSet = Field(default=frozenset(), description="Churn band is one of these")
    tiers: SlugSet = Field(default=frozenset(), description="Value tier is one of these")
    min_tenure_days: WholeNumber = Field(
        default=0, ge=0, le=36_500, description="Days since the customer first appeared"
    )
    max_tenure_days: WholeNumber | None = Field(default=None, ge=1, le=36_500)
    case: CaseNeed | None = None
    case_within_days: WholeNumber = Field(default=14, ge=1, le=365, description="How recent a resolution is 'recent'")
    contract: ContractNeed | None = None
    contract_within_days: WholeNumber = Field(default=30, ge=1, le=730, description="How recent an end is 'ended'")

    @property
    def contradiction(self) -> str | None:
        """The reason for which no customer can be in this audience, or None."""
        if self.max_tenure_days is not None and self.min_tenure_days >= self.max_tenure_days:
            return "asks for more days of tenure than it allows"
        if self.segments_none & self.segments_all:
            return "asks for a segment and bars it"
        if self.segments_any and self.segments_any <= self.segments_none:
            return "bars every segment of which it asks for one"
        return None

    def find_mismatch(self, customer: Customer, now: datetime) -> Violation | None:
        """Return the violation that keeps `customer` out of this audience at `now`, or None."""
        return (
            self._check_segments(customer)
            or self._check_value(customer)
            or self._check_tenure(customer, now)
            or self._check_case(customer, now)
            or self._check_contract(customer, now)
        )

    def find_end(self, customer: Customer, now: datetime) -> datetime | None:
        """Return the moment at which a customer in this audience leaves it by time alone, or None."""
        moments = []
        if self.max_tenure_days is not None and customer.first_seen_at:
            moments.append(customer.first_seen_at + timedelta(days=self.max_tenure_days))
        if self.case is CaseNeed.RECENTLY_RESOLVED and (resolved := customer.last_resolved_at(now)):
            moments.append(resolved + timedelta(days=self.case_within_days))
        if self.contract is ContractNeed.ENDED and customer.contract_ended_at:
            moments.append(customer.contract_ended_at + timedelta(days=self.contract_within_days))
        if self.contract is ContractNeed.ACTIVE and customer.contract_ends_at:
            moments.append(customer.contract_ends_at)
        return min(moments, default=None)

    def _check_segments(self, customer: Customer) -> Violation | None:
        if self.segments_any and not self.segments_any & customer.segments:
            return Violation("segment-needed", f"needs one of the segments {_listed(self.segments_any)}")
        if missing := self.segments_all - customer.segments:
            return Violation("segment-needed", f"needs also the segments {_listed(missing)}")
        if barred := self.segments_none & customer.segments:
            return Violation("segment-barred", f"not for the segments {_listed(barred)}")
        return None

    def _check_value(self, customer: Customer) -> Violation | None:
        if self.churn_bands and customer.churn_band not in self.churn_bands:
            known = customer.churn_band or "unknown"
            return Violation("churn-band", f"for churn band {_listed(self.churn_bands)}; it is {known}")
        if self.tiers and customer.tier not in self.tiers:
            known = customer.tier or "unknown"
            return Violation("tier", f"for value tier {_listed(self.tiers)}; it is {known}")
        return None

    def _check_tenure(self, customer: Customer, now: datetime) -> Violation | None:
        seen = customer.first_seen_at
        if self.min_tenure_days and (seen is None or now < seen + timedelta(days=self.min_tenure_days)):
            until = seen + timedelta(days=self.min_tenure_days) if seen else None
            return Violation("tenure", f"needs a customer of {self.min_tenure_days} days", until)
        if self.max_tenure_days is None:
            return None
        if seen is None or now >= seen + timedelta(days=self.max_tenure_days):
            return Violation("tenure", f"only for the first {self.max_tenure_days} days of a customer")
        return None

    def _check_case(self, customer: Customer, now: datetime) -> Violation | None:
        if self.case is CaseNeed.OPEN and not customer.has_open_complaint:
            return Violation("no-open-complaint", "only while a complaint is open")
        if self.case is CaseNeed.RECENTLY_RESOLVED:
            resolved = customer.last_resolved_at(now)
            if customer.has_open_complaint:
                return Violation("complaint-still-open", "only after the complaint is resolved")
            if resolved is None or now >= resolved + timedelta(days=self.case_within_days):
                days = self.case_within_days
                return Violation("no-recent-resolution", f"only within {days} days after a complaint's resolution")
        return None

    def _check_contract(self, customer: Customer, now: datetime) -> Violation | None:
        if self.contract is ContractNeed.ACTIVE and not customer.has_contract:
            return Violation("no-contract", "only with an active contract")
        if self.contract is ContractNeed.NONE and customer.has_contract:
            return Violation("has-contract", "not while a contract is active", customer.contract_ends_at)
        if self.contract is ContractNeed.ENDED:
            ended = customer.contract_ended_at
            if customer.has_contract or ended is None:
                return Violation("no-ended-contract", "only after the last contract ended", customer.contract_ends_at)
            if now >= ended + timedelta(days=self.contract_within_days):
                days = self.contract_within_days
                return Violation("no-ended-contract", f"only within {days} days after the last contract ended")
        return None


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
