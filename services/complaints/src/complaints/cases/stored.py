"""A case with what was fixed at intake, and a change of it that is about to be recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from complaints.domain.case import Case, Entry
from lealtad.events.catalog.complaints import CaseKind, CaseStatus, Severity
from lealtad.events.catalog.customer_profile import Channel
from lealtad.events.catalog.shared_types import FactSource
from lealtad.events.cause import Cause
from lealtad.events.envelope import EventRef

AUTOMATIC = "complaints"
"""Actor of what the service does by itself."""

UNKNOWN_CONTENT = b""
"""Fingerprint of a case that was taken back from its events: what exactly its source had sent is not known."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What a case is about; never changes."""

    kind: CaseKind
    severity: Severity
    channel: Channel
    cause: str | None
    product_line: str | None
    source: FactSource | None
    about: FactSource | None
    mutes: bool
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case as it lies in the database."""

    id: UUID
    intake: Intake
    case: Case

    @property
    def key(self) -> UUID:
        """Key of its events: the customer, or the case itself while the customer is unknown."""
        return self.case.customer_id or self.id


@dataclass(frozen=True, slots=True)
class Change:
    """One entry to be added to the history of a case."""

    before: StoredCase
    entry: Entry
    actor: str = AUTOMATIC
    text: str | None = None
    gesture_id: UUID | None = None
    causes: Sequence[Cause] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """A case after a change, and the event that announces it, if one does."""

    after: StoredCase
    event: EventRef | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases a list shows; what is None, or empty, does not matter."""

    statuses: Sequence[CaseStatus] = ()
    is_open: bool | None = None
    kind: CaseKind | None = None
    customer_id: UUID | None = None
    attached: bool | None = None
    due_before: datetime | None = None
