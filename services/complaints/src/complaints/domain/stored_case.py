"""A stored case, and the changes that are recorded for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from complaints.domain.case import Case, Entry
from lealtad.events.catalog.complaints import CaseKind, Severity
from lealtad.events.catalog.customer_profile import Channel
from lealtad.events.catalog.shared_types import FactSource
from lealtad.events.cause import Cause
from lealtad.events.envelope import EventRef

SERVICE_ACTOR = "complaints"
"""Actor of the steps that the service takes by itself."""


@dataclass(frozen=True, slots=True)
class IntakeDetails:
    """The part of a case that is fixed at intake."""

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
    """A case as the database has it."""

    id: UUID
    intake: IntakeDetails
    case: Case

    @property
    def key(self) -> UUID:
        """Return the key of the case's events: the customer, or the case while the customer is unknown."""
        return self.case.customer_id or self.id


@dataclass(frozen=True, slots=True)
class CaseChange:
    """One entry to be added to the history of a case."""

    before: StoredCase
    entry: Entry
    actor: str = SERVICE_ACTOR
    text: str | None = None
    gesture_id: UUID | None = None
    causes: Sequence[Cause] = ()


@dataclass(frozen=True, slots=True)
class AppliedChange:
    """A case after a change, and the event that announces the change, if one does."""

    after: StoredCase
    event: EventRef | None
