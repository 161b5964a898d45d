"""Which feature folds which events."""

from lealtad.events.catalog.campaigns import OfferAccepted, OfferRejected
from lealtad.events.catalog.churn_scoring import ChurnScored
from lealtad.events.subscriptions import CASE_STATES, CONTRACTS, CUSTOMER_STATES, FACTS
from lealtad.kafka.consume.projections import Projections
from segmentation.customers.models import CUSTOMERS
from segmentation.facts.projection import activity, cases, contracts, scores

projections = Projections()
projections.on(*CUSTOMER_STATES)(CUSTOMERS.fold)
projections.on(*(fact for fact in FACTS if fact not in CONTRACTS), OfferAccepted, OfferRejected)(activity.project)
projections.on(*CONTRACTS)(contracts.project)
projections.on(*CASE_STATES)(cases.project)
projections.on(ChurnScored)(scores.project)
