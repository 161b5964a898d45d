"""The violation of a rule by an action."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Violation:
    """The rule that an action violates. `until` is the moment at which time alone lifts it (None: only an event)."""

    rule: str
    detail: str
    until: datetime | None = None
