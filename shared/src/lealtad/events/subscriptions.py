"""Subscriptions of services to events: the only declaration of the graph of services.

Types that are not listed are skipped without decoding. `react_after_ms` waits for the event that usually follows, so
that one evaluation includes both: a score follows a purchase, and segments follow a score. The follow-up itself has an
immediate reaction.
"""

from dataclasses import dataclass

from lealtad.events.catalog import campaigns, churn_scoring, complaints, customer_profile, segmentation
from lealtad.events.model import EventData
from lealtad.events.topics import (
    ACTIVITY,
    CASES,
    CUSTOMERS,
    OFFERS,
    SCORES,
    SCORES_CONTROL,
    SEGMENTS,
    SEGMENTS_CONTROL,
    Topic,
)

FOLLOW_UP_MS = 150
"""Longest wait of a reaction for its follow-up."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """The subscription of a service to a topic."""

    topic: Topic
    """The topic; its backfill twin, if it has one, is read too."""
    types: tuple[type[EventData], ...]
    react_after_ms: int = 0
    urgent: bool = True
    """Whether a decision may need the event at once; other events wait for a moment, to be handled together."""


@dataclass(frozen=True, slots=True)
class Reader:
    """The subscriptions of a service; off the decision path no event is urgent."""

    service: str
    on_decision_path: bool
    subscriptions: tuple[Subscription, ...]
    backfill_after: tuple[str, ...] = ()
    """Services whose evaluations this service reads; a backfill ends when they have read it, too."""

    @property
    def backfill_stage(self) -> int:
        """Return the position in the chain of evaluations; later services wait longer for the end of a backfill."""
        return 1 + len(self.backfill_after)

    @property
    def live_topics(self) -> tuple[Topic, ...]:
        """Return the topics that are read first."""
        return tuple(item.topic for item in self.subscriptions)

    @property
    def urgent_topics(self) -> tuple[Topic, ...]:
        """Return the topics that are handled at once: on the decision path, without a wait for a follow-up."""
        urgent = [item.topic for item in self.subscriptions if item.urgent and not item.react_after_ms]
        return tuple(urgent) if self.on_decision_path else ()

    @property
    def backfill_topics(self) -> tuple[Topic, ...]:
        """Return the topics that are read while the live topics have no lag."""
        return tuple(topic.backfill for topic in self.live_topics if topic.backfill)

    @property
    def topics(self) -> tuple[Topic, ...]:
        """Return the topics of both lanes."""
        return (*self.live_topics, *self.backfill_topics)


CUSTOMER_STATES = (
    customer_profile.CustomerRegistered,
    customer_profile.CustomerUpdated,
    customer_profile.CustomerConsentChanged,
)
PURCHASES = (customer_profile.PurchaseRecorded, customer_profile.PurchaseReturned)
CONTRACTS = (
    customer_profile.ContractStarted,
    customer_profile.ContractChanged,
    customer_profile.ContractCancelled,
    customer_profile.ContractCancellationRevoked,
)
FACTS = (
    *PURCHASES,
    customer_profile.PurchaseReturnUpdated,
    customer_profile.PaymentRecorded,
    customer_profile.PaymentFailed,
    customer_profile.TouchpointRecorded,
    *CONTRACTS,
)
CASE_STATES = (
    complaints.CaseOpened,
    complaints.CaseAcknowledged,
    complaints.CaseUpdated,
    complaints.CaseAttached,
    complaints.CaseBreached,
    complaints.CaseResolved,
    complaints.CaseReopened,
    complaints.CaseClosed,
)
RESPONSES = (campaigns.OfferPresented, campaigns.OfferAccepted, campaigns.OfferRejected)

READERS: dict[str, Reader] = {
    reader.service: reader
    for reader in (
        Reader(
            "customer-profile",
            on_decision_path=False,
            subscriptions=(
                Subscription(CASES, (*CASE_STATES, complaints.CaseRescheduled)),
                Subscription(SCORES, (churn_scoring.ChurnScored,)),
                Subscription(SEGMENTS, (segmentation.MembershipsChanged,)),
                Subscription(OFFERS, (campaigns.NextBestActionChanged, *RESPONSES)),
            ),
        ),
        Reader(
            "segmentation",
            on_decision_path=True,
            backfill_after=("churn-scoring",),
            subscriptions=(
                Subscription(CUSTOMERS, CUSTOMER_STATES),
                Subscription(ACTIVITY, FACTS, react_after_ms=FOLLOW_UP_MS),
                Subscription(CASES, CASE_STATES),
                Subscription(SCORES, (churn_scoring.ChurnScored,)),
                Subscription(OFFERS, (campaigns.OfferAccepted, campaigns.OfferRejected), urgent=False),
                Subscription(SCORES_CONTROL, (churn_scoring.ScoringPolicyChanged,), urgent=False),
            ),
        ),
        Reader(
            "churn-scoring",
            on_decision_path=True,
            subscriptions=(
                Subscription(CUSTOMERS, CUSTOMER_STATES),
                Subscription(ACTIVITY, FACTS),
                Subscription(CASES, CASE_STATES),
                Subscription(OFFERS, (campaigns.OfferAccepted, campaigns.OfferRejected), urgent=False),
            ),
        ),
        Reader(
            "campaigns",
            on_decision_path=True,
            backfill_after=("churn-scoring", "segmentation"),
            subscriptions=(
                Subscription(CUSTOMERS, CUSTOMER_STATES),
                Subscription(ACTIVITY, (*PURCHASES, *CONTRACTS), urgent=False),
                Subscription(CASES, CASE_STATES),
                Subscription(SCORES, (churn_scoring.ChurnScored,), react_after_ms=FOLLOW_UP_MS),
                Subscription(SEGMENTS, (segmentation.MembershipsChanged,)),
                Subscription(SCORES_CONTROL, (churn_scoring.ScoringPolicyChanged,), urgent=False),
                Subscription(
                    SEGMENTS_CONTROL, (segmentation.DefinitionChanged, segmentation.ValuePolicyChanged), urgent=False
                ),
            ),
        ),
        Reader(
            "complaints",
            on_decision_path=False,
            subscriptions=(
                Subscription(CUSTOMERS, CUSTOMER_STATES),
                Subscription(SEGMENTS, (segmentation.MembershipsChanged,)),
                Subscription(SEGMENTS_CONTROL, (segmentation.ValuePolicyChanged,), urgent=False),
                Subscription(OFFERS, RESPONSES),
            ),
        ),
    )
}
