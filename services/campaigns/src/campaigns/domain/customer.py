"""A customer as a decision sees them: states from the other services, and slots and responses of this service."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from lealtad.consents import Consent
from lealtad.events.catalog.campaigns import OfferKind
from lealtad.events.catalog.customer_profile import Channel


@dataclass(frozen=True, slots=True)
class Case:
    """A complaint case, with the moment of its resolution. `mutes`: it mutes promotions while open."""

    mutes: bool
    open: bool
    resolved_at: datetime | None = None
    case_id: UUID | None = None
    due_at: datetime | None = None
    paused_at: datetime | None = None
    """Since when the case waits for the customer, and its service clock stands."""


class ContactStatus(StrEnum):
    """The status of a slot of the contact ledger."""

    RESERVED = "reserved"
    CONFIRMED = "confirmed"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot of the contact ledger."""

    contact_id: UUID
    offer_id: UUID
    channel: Channel
    status: ContactStatus
    at: datetime
    """The moment that the slot is reserved for; after confirmation, the moment of the contact."""
    expires_at: datetime | None = None
    by_customer: bool = field(default=False, compare=False)
    """The customer initiated the decision, so that contact hours do not apply to a contact at once."""


class Response(StrEnum):
    """A response of a customer to an offer."""

    PRESENTED = "presented"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class PastResponse:
    """A recorded response."""

    offer_id: UUID
    kind: OfferKind
    promotional: bool
    response: Response
    at: datetime


@dataclass(frozen=True, slots=True)
class Score:
    """The received churn score."""

    probability: Decimal | None
    band: str | None
    value_at_risk: Decimal | None
    model: str | None
    as_of: datetime
    sequence: int


@dataclass(frozen=True, slots=True)
class Segments:
    """The received memberships: the evaluated version of each segment key."""

    versions: dict[str, int]
    tier: str | None
    as_of: datetime
    sequence: int


@dataclass(frozen=True, slots=True)
class Customer:
    """The inputs of arbitration. Times are UTC. `known` is False until the customer's state has arrived."""

    customer_id: UUID
    known: bool = True
    active: bool = True
    held_out: bool = False
    do_not_contact: bool = False
    profiling_allowed: bool = True
    """False: decide without score, behavioural segments and tier, by prior propensities, and learn nothing."""
    language: str | None = None
    time_zone: str | None = None
    contact_hours: tuple[str, str] | None = None
    preferred_channels: frozenset[Channel] = frozenset()
    consents: tuple[Consent, ...] = ()
    score: Score | None = None
    memberships: Segments | None = None
    cases: tuple[Case, ...] = ()
    first_seen_at: datetime | None = None
    has_contract: bool = False
    contract_ends_at: datetime | None = None
    contract_ended_at: datetime | None = None
    contacts: tuple[Slot, ...] = ()
    """Slots that count against the caps."""
    held_slots: tuple[Slot, ...] = ()
    """Slots that are reserved now, also those that do not count against the caps."""
    responses: tuple[PastResponse, ...] = ()
    segments: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Derive the set of segment keys once."""
        names = frozenset(self.memberships.versions) if self.memberships else frozenset()
        object.__setattr__(self, "segments", names)

    @property
    def churn_band(self) -> str | None:
        """The published band, or None without a score."""
        return self.score.band if self.score else None

    @property
    def tier(self) -> str | None:
        """The value tier, or None while unknown."""
        return self.memberships.tier if self.memberships else None

    @property
    def has_open_complaint(self) -> bool:
        """Whether a case that mutes promotions is open."""
        return any(case.mutes and case.open for case in self.cases)

    def case_to_recover(self, *, resolved: bool) -> UUID | None:
        """Return the case that an offer of service recovery makes up for: open, and due first; else the last resolved.

        `resolved`: the offer follows a resolution, so the last resolved case comes first.
        """
        named = [case for case in self.cases if case.case_id]
        opened = sorted((case for case in named if case.open), key=_urgency)
        done = sorted((case for case in named if not case.open and case.resolved_at), key=_resolution, reverse=True)
        ordered = [*done, *opened] if resolved else [*opened, *done]
        return ordered[0].case_id if ordered else None

    def last_resolved_at(self, now: datetime) -> datetime | None:
        """Return the last resolution of a muting case up to `now`, or None."""
        resolved = [c.resolved_at for c in self.cases if c.mutes and not c.open and c.resolved_at]
        return max((moment for moment in resolved if moment <= now), default=None)


def _urgency(case: Case) -> tuple[bool, bool, datetime, UUID]:
    """Return the place of an open case: those that mute first, then those whose due time is known, by that time."""
    due_at = case.due_at or datetime.max.replace(tzinfo=UTC)
    return not case.mutes, case.due_at is None, due_at, case.case_id or UUID(int=0)


def _resolution(case: Case) -> tuple[bool, datetime | None, UUID | None]:
    return case.mutes, case.resolved_at, case.case_id
