"""The projection of each consumed event."""

from campaigns.customer_state import projection
from campaigns.customer_state.models import (
    CASES,
    CHURN_BANDS,
    MEMBERSHIPS,
    SCORES,
    SEGMENT_DEFINITIONS,
    VALUE_TIERS,
)
from campaigns.customers.models import CUSTOMERS
from lealtad.events.catalog.churn_scoring import ChurnScored, ScoringPolicyChanged
from lealtad.events.catalog.segmentation import DefinitionChanged, MembershipsChanged, ValuePolicyChanged
from lealtad.events.subscriptions import CASE_STATES, CONTRACTS, CUSTOMER_STATES, PURCHASES
from lealtad.kafka.consume.projections import Projections

projections = Projections()
projections.on(*CUSTOMER_STATES)(CUSTOMERS.fold)
projections.on(*PURCHASES, *CONTRACTS)(projection.fold_activity)
projections.on(*CASE_STATES)(CASES.fold)
projections.on(ChurnScored)(SCORES.fold)
projections.on(MembershipsChanged)(MEMBERSHIPS.fold)
projections.on(ScoringPolicyChanged)(CHURN_BANDS.fold)
projections.on(ValuePolicyChanged)(VALUE_TIERS.fold)
projections.on(DefinitionChanged)(SEGMENT_DEFINITIONS.fold)
