"""Events of responses."""

from datetime import datetime
from uuid import UUID

from campaigns.domain.customer import Response
from campaigns.domain.offers import OfferTerms
from campaigns.domain.responses import ResponseEffect
from campaigns.responses.schemas import NewResponse
from lealtad.db import Row
from lealtad.events.catalog.campaigns import OfferAccepted, OfferKind, OfferPresented, OfferRef, OfferRejected
from lealtad.money import Money


def response_recorded(
    response_id: UUID, decision: Row, request: NewResponse, at: datetime, effect: ResponseEffect, *, currency: str
) -> OfferPresented | OfferAccepted | OfferRejected:
    """Return the event of a response to the offer of `decision`."""
    common = {
        "customer_id": decision.customer_id,
        "decision_id": decision.decision_id,
        "response_id": response_id,
        "offer": OfferRef(
            offer_id=decision.offer_id,
            key=decision.offer_key,
            version=decision.offer_version,
            kind=OfferKind(decision.offer_kind),
        ),
        "channel": decision.channel,
        "case_id": decision.case_id,
        "occurred_at": at,
    }
    if request.response is Response.REJECTED:
        return OfferRejected(**common, reason=request.reason)
    if request.response is Response.PRESENTED:
        return OfferPresented(**common, reported=effect.reported, rule=effect.rule)
    return OfferAccepted(**common, cost=_cost_of_gesture(decision, currency))


def _cost_of_gesture(decision: Row, currency: str) -> Money | None:
    if decision.offer_kind != OfferKind.SERVICE_RECOVERY or decision.terms is None:
        return None
    return Money.rounded(OfferTerms.model_validate(decision.terms).cost, currency)
