"""The projections of the service: the events that each feature folds."""

from lealtad.events.catalog.campaigns import OfferAccepted, OfferRejected
from lealtad.events.catalog.churn_scoring import ChurnScored, ScoringPolicyChanged
from lealtad.events.subscriptions import CASE_STATES, CONTRACTS, CUSTOMER_STATES, FACTS
from lealtad.kafka.consume.projections import Projections
from segmentation.customers.models import CUSTOMERS
from segmentation.facts.models import CASES, CHURN_BANDS, CONTRACT_STATES, SCORES
from segmentation.facts.projection import project_activity

projections = Projections()
projections.on(*CUSTOMER_STATES)(CUSTOMERS.fold)
projections.on(*(fact for fact in FACTS if fact not in CONTRACTS), OfferAccepted, OfferRejected)(project_activity)
projections.on(*CONTRACTS)(CONTRACT_STATES.fold)
projections.on(*CASE_STATES)(CASES.fold)
projections.on(ChurnScored)(SCORES.fold)
projections.on(ScoringPolicyChanged)(CHURN_BANDS.fold)
