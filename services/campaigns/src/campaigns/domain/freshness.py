"""Whether the inputs that can forbid a promotion, consents and complaints, are read to their end."""

from collections.abc import Mapping

from campaigns.domain.violation import Violation


def staleness(age_of: Mapping[str, float], limit_s: int) -> Violation | None:
    """Return why promotions are ruled out because an input is older than `limit_s`, or None."""
    for name, age in sorted(age_of.items()):
        if age > limit_s:
            return Violation(f"{name}-not-fresh", f"{name} were not confirmed as read within {limit_s} s: fail closed")
    return None
