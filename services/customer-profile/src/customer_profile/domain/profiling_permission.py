"""Whether a customer may be profiled: scored, put into segments of behaviour and value tiers, learned from."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lealtad.consents import Consent, allows, changes_at, newest
from lealtad.events.catalog.customer_profile import Purpose


class ProfilingBasis(StrEnum):
    """What it means that a customer was never asked about profiling."""

    OBJECTION = "objection"
    """Allowed until the customer objects (GDPR art. 6(1)(f) and 21)."""
    CONSENT = "consent"
    """Not allowed until the customer consents, nor after the consent has expired (GDPR art. 6(1)(a))."""


@dataclass(frozen=True, slots=True)
class ProfilingPermission:
    """Whether a customer may be profiled on a basis, and when time alone may change that (None: never)."""

    basis: ProfilingBasis
    allowed: bool
    changes_at: datetime | None = None


def profiling_permission(consents: Collection[Consent], basis: ProfilingBasis, at: datetime) -> ProfilingPermission:
    """Return whether a customer with these consents may be profiled at `at`.

    A refusal of any channel is an objection, whatever was granted for others: profiling is bound to no channel. For the
    same reason a consent to profiling is a general one.
    """
    stated = [one for one in newest(consents).values() if one.purpose is Purpose.PROFILING]
    if any(not one.granted for one in stated):
        return ProfilingPermission(basis, allowed=False)
    if basis is ProfilingBasis.OBJECTION:
        return ProfilingPermission(basis, allowed=True)
    allowed = allows(stated, Purpose.PROFILING, None, at)
    return ProfilingPermission(basis, allowed, changes_at(stated, Purpose.PROFILING, None, at))
