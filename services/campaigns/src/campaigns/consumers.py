"""Which feature folds which events."""

from campaigns.customers.models import CUSTOMERS
from campaigns.picture import folding
from lealtad.events.catalog.churn_scoring import ChurnScored
from lealtad.events.catalog.segmentation import MembershipsChanged
from lealtad.events.subscriptions import CASE_STATES, CONTRACTS, CUSTOMER_STATES, PURCHASES
from lealtad.kafka.projections import Projections

projections = Projections()
projections.on(*CUSTOMER_STATES)(CUSTOMERS.fold)
projections.on(*PURCHASES, *CONTRACTS)(folding.fold_activity)
projections.on(*CASE_STATES)(folding.fold_cases)
projections.on(ChurnScored)(folding.fold_scores)
projections.on(MembershipsChanged)(folding.fold_memberships)
