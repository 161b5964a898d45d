"""The one declaration of topics; their names on the wire are `<prefix>.<name>`."""

from dataclasses import dataclass
from enum import StrEnum


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


CUSTOMERS = Topic(
    "customers", "customer-profile", Kind.STATE, "The whole shareable state of a customer and what changed"
)
ACTIVITY = Topic("activity", "customer-profile", Kind.FACTS, "Purchases, returns, payments, touchpoints, contracts")
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
    CASES,
    SEGMENTS,
    SCORES,
    OFFERS,
    SEGMENTS_CONTROL,
    SCORES_CONTROL,
    OFFERS_CONTROL,
)
