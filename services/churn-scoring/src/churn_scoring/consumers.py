"""The projection of each consumed event."""

from churn_scoring.customers.models import CUSTOMERS
from churn_scoring.facts import projection as facts
from churn_scoring.facts.models import CONTRACT_FACTS
from lealtad.events.catalog.campaigns import OfferAccepted, OfferRejected
from lealtad.events.subscriptions import CASE_STATES, CONTRACTS, CUSTOMER_STATES, FACTS
from lealtad.kafka.consume.projections import Projections

projections = Projections()
projections.on(*CUSTOMER_STATES)(CUSTOMERS.fold)
projections.on(*(fact for fact in FACTS if fact not in CONTRACTS))(facts.project_activity)
projections.on(*CONTRACTS)(CONTRACT_FACTS.fold)
projections.on(*CASE_STATES)(facts.project_cases)
projections.on(OfferAccepted, OfferRejected)(facts.project_responses)
