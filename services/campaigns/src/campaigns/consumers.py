"""What is consumed: events go to the feature that folds them."""

from campaigns.customers.models import CUSTOMERS
from campaigns.picture.folding import fold_activity, fold_cases, fold_memberships, fold_scores
from lealtad.events.catalog.churn_scoring import ChurnScored
from lealtad.events.catalog.segmentation import MembershipsChanged
from lealtad.events.subscriptions import CASE_STATES, CONTRACTS, CUSTOMER_STATES, PURCHASES
from lealtad.kafka.projections import Projections

projections = Projections()
projections.on(*CUSTOMER_STATES)(CUSTOMERS.fold)
projections.on(*PURCHASES, *CONTRACTS)(fold_activity)
projections.on(*CASE_STATES)(fold_cases)
projections.on(ChurnScored)(fold_scores)
projections.on(MembershipsChanged)(fold_memberships)
