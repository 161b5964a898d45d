"""The permission to profile a customer: to score, to assign segments of behaviour and value tiers, to learn."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lealtad.consents import Consent, allows, changes_at, newest
from lealtad.events.catalog.customer_profile import Purpose


class ProfilingBasis(StrEnum):
    """The legal basis of profiling; it decides about customers who made no statement about profiling."""

    OBJECTION = "objection"
    """Profiling is allowed until the customer objects (GDPR art. 6(1)(f) and 21)."""
    CONSENT = "consent"
    """Profiling is not allowed until the customer consents, nor after the consent expired (GDPR art. 6(1)(a))."""


@dataclass(frozen=True, slots=True)
class ProfilingPermission:
    """Whether a customer may be profiled on a basis, and when time alone may change that (None: never)."""

    basis: ProfilingBasis
    allowed: bool
    changes_at: datetime | None = None


def profiling_permission(consents: Collection[Consent], basis: ProfilingBasis, at: datetime) -> ProfilingPermission:
    """Return whether a customer with these consents may be profiled at `at`.

    Profiling is bound to no channel. So a refusal for any channel is an objection, even if other channels have a
    consent. For the same reason only a consent without a channel allows profiling.
    """
    statements = [consent for consent in newest(consents).values() if consent.purpose is Purpose.PROFILING]
    if any(not statement.granted for statement in statements):
        return ProfilingPermission(basis, allowed=False)
    if basis is ProfilingBasis.OBJECTION:
        return ProfilingPermission(basis, allowed=True)
    allowed = allows(statements, Purpose.PROFILING, None, at)
    return ProfilingPermission(basis, allowed, changes_at(statements, Purpose.PROFILING, None, at))
