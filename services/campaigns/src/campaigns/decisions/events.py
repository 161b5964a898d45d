"""Events of the current next-best actions."""

from campaigns.domain.decision_record import Decision
from campaigns.domain.priority import Action
from lealtad.events.catalog.campaigns import NextBestActionChanged, OfferRef
from lealtad.events.model import Causes


def action_changed(decision: Decision) -> NextBestActionChanged:
    """Return the event of a current action that differs from the last announced one."""
    outcome, chosen = decision.outcome, decision.outcome.chosen
    return NextBestActionChanged(
        customer_id=decision.customer.customer_id,
        decision_id=decision.decision_id,
        offer=_offer_ref(chosen) if chosen else None,
        channel=chosen.channel if chosen else None,
        contact_at=outcome.contact_at,
        case_id=decision.case_id,
        reason=outcome.reason,
        muted=outcome.mute is not None,
        priority=decision.priority,
        decided_at=decision.decided_at,
        causes=Causes.of(decision.causes),
    )


def _offer_ref(action: Action) -> OfferRef:
    offer = action.offer
    return OfferRef(offer_id=offer.offer_id, key=offer.key, version=offer.version, kind=offer.terms.kind)
