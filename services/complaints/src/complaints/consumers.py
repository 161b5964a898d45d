"""The projection of each consumed event."""

from complaints.customers import projection
from lealtad.events.catalog.segmentation import MembershipsChanged
from lealtad.events.subscriptions import CUSTOMER_STATES, RESPONSES
from lealtad.kafka.consume.projections import Projections

projections = Projections()
projections.on(*CUSTOMER_STATES)(projection.fold_customers)
projections.on(MembershipsChanged)(projection.fold_tiers)
projections.on(*RESPONSES)(projection.fold_gestures)
