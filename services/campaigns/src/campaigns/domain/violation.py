"""What a rule answers when it rules an action out."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that an action breaks, in plain words, and when the rule lifts by time alone (None: only by an event)."""

    rule: str
    detail: str
    until: datetime | None = None
