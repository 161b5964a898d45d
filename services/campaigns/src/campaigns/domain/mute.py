"""The mute: promotions rest while a complaint is open and for a cool-down after its resolution."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.domain.customer import Customer
from campaigns.domain.policy import ContactPolicy

OPEN = "complaint-open"
COOL_DOWN = "complaint-cool-down"


@dataclass(frozen=True, slots=True)
class Mute:
    """The reason for which promotions rest, and the end if time alone ends it."""

    reason: str
    until: datetime | None = None


def mute_of(customer: Customer, policy: ContactPolicy, now: datetime) -> Mute | None:
    """Return the mute of promotions to `customer` at `now`, or None."""
    if customer.has_open_complaint:
        return Mute(OPEN)
    resolved = customer.last_resolved_at(now)
    if resolved is None:
        return None
    until = resolved + timedelta(days=policy.complaint_cool_down_days)
    return Mute(COOL_DOWN, until) if now < until else None
