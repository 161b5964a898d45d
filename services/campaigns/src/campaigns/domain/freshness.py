"""The freshness of the inputs that can forbid a promotion: consents and complaints."""

from collections.abc import Mapping

from campaigns.domain.violation import Violation


def find_staleness(age_of: Mapping[str, float], limit_s: int) -> Violation | None:
    """Return the violation of promotions by an input that is older than `limit_s`, or None."""
    for name, age in sorted(age_of.items()):
        if age > limit_s:
            return Violation(f"{name}-not-fresh", f"{name} were not confirmed as read within {limit_s} s: fail closed")
    return None
