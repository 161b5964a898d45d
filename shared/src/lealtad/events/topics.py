"""The declaration of all topics; their names in Kafka are `<prefix>.<name>`."""

from dataclasses import dataclass
from enum import StrEnum

from lealtad.events.cause import Lane


class Kind(StrEnum):
    """The retention of a topic."""

    STATE = "state"
    """Compacted: the newest record of each key stays for ever."""
    FACTS = "facts"
    """All records stay."""
    CONTROL = "control"
    """Facts without a customer, by object id; all records stay."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic, owned by the service that writes it."""

    name: str
    producer: str
    kind: Kind
    meaning: str
    backfill: "Topic | None" = None
    """The topic of events of the backfill lane; None when both lanes share the topic."""

    def in_lane(self, lane: Lane) -> "Topic":
        """Return the topic of an event in `lane`."""
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
SEGMENTS_CONTROL = Topic(
    "segments-control", "segmentation", Kind.CONTROL, "Segment definitions and value policy changed"
)
SCORES_CONTROL = Topic("scores-control", "churn-scoring", Kind.CONTROL, "Models promoted, scoring policy changed")
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
