"""The one declaration of topics; their names on the wire are `<prefix>.<name>`."""

from dataclasses import dataclass
from enum import StrEnum

from lealtad.events.cause import Lane


class Kind(StrEnum):
    """How long a topic keeps its records."""

    STATE = "state"
    """Compacted: the newest record of a key is kept for ever."""
    FACTS = "facts"
    """Everything is kept."""
    CONTROL = "control"
    """Facts about no customer, keyed by object id; everything is kept."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One stream, owned by the service that writes it."""

    name: str
    producer: str
    kind: Kind
    meaning: str
    backfill: "Topic | None" = None
    """Where its events stand that are loaded in the backfill lane; None where both lanes share the topic."""

    def in_lane(self, lane: Lane) -> "Topic":
        """Return the topic that an event of `lane` goes to."""
        return self.backfill if self.backfill and lane is Lane.BACKFILL else self


CUSTOMERS = Topic(
    "customers", "customer-profile", Kind.STATE, "The whole shareable state of a customer and what changed"
)
ACTIVITY_BACKFILL = Topic(
    "activity-backfill",
    "customer-profile",
    Kind.FACTS,
    "Activity that is loaded later than it happened; read only while `activity` has no lag",
)
ACTIVITY = Topic(
    "activity",
    "customer-profile",
    Kind.FACTS,
    "Purchases, returns, payments, touchpoints, contracts",
    backfill=ACTIVITY_BACKFILL,
)
CASES = Topic(
    "cases",
    "complaints",
    Kind.FACTS,
    "The life of complaint cases, each record with the whole shareable case",
)
SEGMENTS = Topic("segments", "segmentation", Kind.FACTS, "Segments entered and left, tier changes")
SCORES = Topic("scores", "churn-scoring", Kind.FACTS, "Published churn scores")
OFFERS = Topic("offers", "campaigns", Kind.FACTS, "Next-best actions, contacts and responses to offers")
SEGMENTS_CONTROL = Topic("segments-control", "segmentation", Kind.CONTROL, "Segment definitions changed")
SCORES_CONTROL = Topic("scores-control", "churn-scoring", Kind.CONTROL, "Models promoted")
OFFERS_CONTROL = Topic("offers-control", "campaigns", Kind.CONTROL, "Offers and contact policy changed")

TOPICS: tuple[Topic, ...] = (
    CUSTOMERS,
    ACTIVITY,
    ACTIVITY_BACKFILL,
    CASES,
    SEGMENTS,
    SCORES,
    OFFERS,
    SEGMENTS_CONTROL,
    SCORES_CONTROL,
    OFFERS_CONTROL,
)
