"""The projection of each consumed event."""

from complaints.customers import projection
from complaints.policy.models import SERVICE_LEVELS
from lealtad.events.catalog.segmentation import MembershipsChanged, ValuePolicyChanged
from lealtad.events.subscriptions import CUSTOMER_STATES, RESPONSES
from lealtad.kafka.consume.projections import Projections

projections = Projections()
projections.on(*CUSTOMER_STATES)(projection.fold_customers)
projections.on(MembershipsChanged)(projection.fold_tiers)
projections.on(ValuePolicyChanged)(SERVICE_LEVELS.fold)
projections.on(*RESPONSES)(projection.fold_gestures)
