"""The events that the features fold."""

from customer_profile.view.models import ANNOUNCEMENTS, CASES, OFFER_RESPONSES
from lealtad.events.catalog.campaigns import NextBestActionChanged
from lealtad.events.catalog.churn_scoring import ChurnScored
from lealtad.events.catalog.complaints import CaseRescheduled
from lealtad.events.catalog.segmentation import MembershipsChanged
from lealtad.events.subscriptions import CASE_STATES, RESPONSES
from lealtad.kafka.consume.projections import Projections

projections = Projections()
projections.on(ChurnScored, MembershipsChanged, NextBestActionChanged)(ANNOUNCEMENTS.fold)
projections.on(*CASE_STATES, CaseRescheduled)(CASES.fold)
projections.on(*RESPONSES)(OFFER_RESPONSES.fold)
