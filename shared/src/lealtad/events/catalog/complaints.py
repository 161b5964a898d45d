"""Events of complaints: each carries the whole shareable case, so that the newest sequence is enough."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from lealtad.events.catalog.customer_profile import Channel
from lealtad.events.catalog.shared_types import FactSource, Instant, Slug
from lealtad.events.model import EventData
from lealtad.events.topics import CASES


class CaseKind(StrEnum):
    """PQRS, warranties and returns."""

    PETITION = "petition"
    COMPLAINT = "complaint"
    CLAIM = "claim"
    SUGGESTION = "suggestion"
    WARRANTY = "warranty"
    RETURN = "return"


class CaseStatus(StrEnum):
    """The status of a case."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in-progress"
    WAITING_FOR_CUSTOMER = "waiting-for-customer"
    RESOLVED = "resolved"
    CLOSED = "closed"


OPEN_STATUSES = frozenset(
    {CaseStatus.NEW, CaseStatus.ACKNOWLEDGED, CaseStatus.IN_PROGRESS, CaseStatus.WAITING_FOR_CUSTOMER}
)
"""Statuses in which a case mutes promotions, if its kind does (`mutes`)."""


class Severity(StrEnum):
    """The severity of a case for the customer."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class CaseState(EventData):
    """The state of a case; the record's key is the customer, or the case while the customer is unknown.

    `version` grows by one with every change of the case, also when its key changes: consumers keep the largest.
    """

    case_id: UUID
    version: int = Field(ge=1)
    customer_id: UUID | None = None
    source: FactSource | None = None
    kind: CaseKind
    severity: Severity
    status: CaseStatus
    mutes: bool = Field(description="Promotions rest while this case is open")
    channel: Channel
    cause: Slug | None = Field(default=None, description="Code of the taxonomy")
    product_line: Slug | None = None
    opened_at: Instant = Field(description="Business time")
    due_at: Instant | None = None
    paused_at: Instant | None = Field(
        default=None, description="Since when the service clock stands; the due time moves on when it goes on"
    )
    resolved_at: Instant | None = None
    occurred_at: Instant = Field(description="Business time of this change")


class CaseOpened(CaseState, topic=CASES, event="case-opened"):
    """A case was opened."""


class CaseAcknowledged(CaseState, topic=CASES, event="case-acknowledged"):
    """The case was acknowledged to the customer."""


class CaseUpdated(CaseState, topic=CASES, event="case-updated"):
    """Work on the case began, goes on, or waits for the customer; the due time moves when a pause ends."""


class CaseRescheduled(CaseState, topic=CASES, event="case-rescheduled"):
    """The due time moved with the customer's service tier; only the 360 view reads this, as tiers depend on cases."""


class CaseAttached(CaseState, topic=CASES, event="case-attached"):
    """The customer of the case became known; from now on the customer is the key."""


class CaseBreached(CaseState, topic=CASES, event="case-breached"):
    """The due time passed without a resolution."""


class CaseResolved(CaseState, topic=CASES, event="case-resolved"):
    """The case was resolved."""


class CaseReopened(CaseState, topic=CASES, event="case-reopened"):
    """The case was reopened, since its resolution did not hold."""


class CaseClosed(CaseState, topic=CASES, event="case-closed"):
    """The case was closed."""
