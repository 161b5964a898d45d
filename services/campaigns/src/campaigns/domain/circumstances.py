"""The circumstances of a decision."""

from dataclasses import dataclass
from datetime import datetime

from campaigns.domain.mute import Mute
from campaigns.domain.policy import ContactPolicy
from campaigns.domain.violation import Violation


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The values that a decision depends on besides offers and customer."""

    now: datetime
    policy: ContactPolicy
    holds_until: datetime
    """The latest end of the decision's validity."""
    contact_at: datetime
    """The planned moment of the contact."""
    contact_from: datetime | None
    """The earliest moment from `contact_at` on inside contact hours. None: contact hours never open."""
    mute: Mute | None = None
    stale: Violation | None = None
    """The violation of promotions by inputs that are too old, or None."""
