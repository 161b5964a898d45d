"""A customer as stored, and the part of a customer that other services may know."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from customer_profile.domain.profiling_permission import ProfilingBasis, ProfilingPermission, profiling_permission
from lealtad.consents import Consent, in_order, newest


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """A customer with the profile as a JSON document of `Profile` and the history of consents."""

    id: UUID
    version: int
    status: str
    provisional: bool
    merged_into: UUID | None
    erased_at: datetime | None
    profile: Mapping[str, Any]
    do_not_contact_reason: str | None
    do_not_contact_since: datetime | None
    consents: tuple[Consent, ...]
    profiling: ProfilingPermission
    registered_at: datetime
    updated_at: datetime

    def document(self) -> dict[str, Any]:
        """Return the customer as the resource `Customer`."""
        reason = self.do_not_contact_reason
        return {
            "id": self.id,
            "version": self.version,
            "status": self.status,
            "provisional": self.provisional,
            "merged_into": self.merged_into,
            "erased_at": self.erased_at,
            **self.profile,
            "do_not_contact": {"reason": reason, "since": self.do_not_contact_since} if reason else None,
            "profiling_allowed": self.profiling.allowed,
            "registered_at": self.registered_at,
            "updated_at": self.updated_at,
        }

    def shareable(self) -> dict[str, Any]:
        """Return the attributes of `CustomerState`, which travel on the topic `customers`; none is personal data."""
        profile, preferences = self.profile, self.profile["preferences"]
        birth_date = profile["birth_date"]
        return {
            "status": self.status,
            "provisional": self.provisional,
            "merged_into": self.merged_into,
            "erased_at": self.erased_at,
            "external_ids": profile["external_ids"],
            "birth_year": int(birth_date[:4]) if birth_date else None,
            **{name: profile[name] for name in ("country", "region", "stratum", "language", "time_zone")},
            "do_not_contact": self.do_not_contact_reason is not None,
            "consents": [_consent_attributes(consent) for consent in self.newest_consents()],
            "profiling_allowed": self.profiling.allowed,
            "preferred_channels": preferences["channels"],
            "contact_hours": preferences["hours"],
            "registered_at": self.registered_at,
        }

    def with_profiling(self, basis: ProfilingBasis, at: datetime) -> Self:
        """Return the customer with the permission to profile that the consents give at `at`."""
        return replace(self, profiling=profiling_permission(self.consents, basis, at))

    def newest_consents(self) -> list[Consent]:
        """Return the newest statement about each purpose and channel, in a fixed order."""
        return sorted(newest(self.consents).values(), key=in_order)


def changed_attributes(before: CustomerRecord | None, after: CustomerRecord) -> list[str]:
    """Return the names of the shareable attributes in which two states of a customer differ."""
    former = before.shareable() if before else {}
    return [name for name, value in after.shareable().items() if name not in former or former[name] != value]


def _consent_attributes(consent: Consent) -> dict[str, Any]:
    return {
        "purpose": consent.purpose,
        "channel": consent.channel,
        "granted": consent.granted,
        "given_at": consent.given_at,
        "expires_at": consent.expires_at,
    }
