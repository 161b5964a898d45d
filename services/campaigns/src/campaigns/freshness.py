"""Whether the inputs that can forbid a promotion, consents and complaints, are read to their end."""

from collections.abc import Iterable
from decimal import Decimal

from campaigns.domain.findings import Finding
from lealtad.events.topics import CASES, CUSTOMERS
from lealtad.kafka.freshness import ages_of

FORBIDDING = (CASES.name, CUSTOMERS.name)
"""Topics whose events can forbid a promotion."""


def ages(measured: Iterable[tuple[str, Decimal]]) -> dict[str, float]:
    """Return the age of each forbidding input in seconds of system time; infinite when it was never read to its end."""
    return ages_of(FORBIDDING, measured)


def staleness(age_of: dict[str, float], limit_s: int) -> Finding | None:
    """Return why promotions are ruled out because an input is older than `limit_s`, or None."""
    for name, age in sorted(age_of.items()):
        if age > limit_s:
            return Finding(f"{name}-not-fresh", f"{name} were not confirmed as read within {limit_s} s: fail closed")
    return None
