"""The projections of the service: the events that each feature folds."""

from lealtad.events.catalog.campaigns import OfferAccepted, OfferRejected
from lealtad.events.catalog.churn_scoring import ChurnScored
from lealtad.events.subscriptions import CASE_STATES, CONTRACTS, CUSTOMER_STATES, FACTS
from lealtad.kafka.consume.projections import Projections
from segmentation.customers.models import CUSTOMERS
from segmentation.facts.projection.activity import project_activity
from segmentation.facts.projection.cases import project_cases
from segmentation.facts.projection.contracts import project_contracts
from segmentation.facts.projection.scores import project_scores

projections = Projections()
projections.on(*CUSTOMER_STATES)(CUSTOMERS.fold)
projections.on(*(fact for fact in FACTS if fact not in CONTRACTS), OfferAccepted, OfferRejected)(project_activity)
projections.on(*CONTRACTS)(project_contracts)
projections.on(*CASE_STATES)(project_cases)
projections.on(ChurnScored)(project_scores)
