"""Who reads which events: the one declaration of the graph of services.

A type that is not listed is skipped undecoded. `react_after_ms` waits for the event that usually follows, so that one
evaluation includes both: a purchase is followed by its score, a score by its segments. The follow-up itself reacts at
once.
"""

from dataclasses import dataclass

from lealtad.events.catalog import campaigns, churn_scoring, complaints, customer_profile, segmentation
from lealtad.events.model import EventData
from lealtad.events.topics import ACTIVITY, CASES, CUSTOMERS, OFFERS, SCORES, SEGMENTS, Topic

FOLLOW_UP_MS = 150
"""How long a reaction waits for its follow-up, unless the follow-up comes first."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One service's reading of one topic."""

    topic: Topic
    """With it goes its backfill twin, if it has one."""
    types: tuple[type[EventData], ...]
    react_after_ms: int = 0
    urgent: bool = True
    """Whether something may have to be decided on it at once; what is not is held for a moment, to go with others."""


@dataclass(frozen=True, slots=True)
class Reader:
    """All that a service reads; off the decision path nothing is urgent."""

    service: str
    on_decision_path: bool
    subscriptions: tuple[Subscription, ...]
    backfill_after: tuple[str, ...] = ()
    """Services whose evaluations are read here: a backfill is over when they have read it, too."""

    @property
    def backfill_stage(self) -> int:
        """Place in the chain of evaluations: who follows on others waits longer until a backfill counts as over."""
        return 1 + len(self.backfill_after)

    @property
    def live_topics(self) -> tuple[Topic, ...]:
        """What is read first."""
        return tuple(item.topic for item in self.subscriptions)

    @property
    def urgent_topics(self) -> tuple[Topic, ...]:
        """What is handled as it comes: all on the decision path that waits for no follow-up."""
        urgent = [item.topic for item in self.subscriptions if item.urgent and not item.react_after_ms]
        return tuple(urgent) if self.on_decision_path else ()

    @property
    def backfill_topics(self) -> tuple[Topic, ...]:
        """What is read while the live topics have no lag."""
        return tuple(topic.backfill for topic in self.live_topics if topic.backfill)

    @property
    def topics(self) -> tuple[Topic, ...]:
        """All that is read, in both lanes."""
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
)
FACTS = (
    *PURCHASES,
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
            ),
        ),
        Reader(
            "complaints",
            on_decision_path=False,
            subscriptions=(
                Subscription(CUSTOMERS, CUSTOMER_STATES),
                Subscription(SEGMENTS, (segmentation.MembershipsChanged,)),
                Subscription(OFFERS, RESPONSES),
            ),
        ),
    )
}
