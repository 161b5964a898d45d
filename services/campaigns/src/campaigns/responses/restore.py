"""Restore responses from published events."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from campaigns.domain.customer import Response
from campaigns.domain.offers import ContactClass
from campaigns.responses import repository
from lealtad.events.catalog.campaigns import OfferAccepted, OfferPresented, OfferRejected, OfferResponse
from lealtad.events.envelope import Event
from lealtad.unit_of_work import UnitOfWork

RESPONSES: dict[type[OfferResponse], Response] = {
    OfferPresented: Response.PRESENTED,
    OfferAccepted: Response.ACCEPTED,
    OfferRejected: Response.REJECTED,
}


async def restore_responses(uow: UnitOfWork, responses: Iterable[tuple[Event[OfferResponse], ContactClass]]) -> None:
    """Insert the responses that are missing; the customers must be locked."""
    rows = [_row(event.id, event.data, class_) for event, class_ in responses]
    await repository.restore_responses(uow.connection, rows)


def _row(response_id: UUID, response: OfferResponse, class_: ContactClass) -> dict[str, Any]:
    return {
        "decision_id": response.decision_id,
        "response": RESPONSES[type(response)],
        "response_id": response_id,
        "customer_id": response.customer_id,
        "offer_id": response.offer.offer_id,
        "offer_kind": response.offer.kind,
        "promotional": class_ is ContactClass.PROMOTIONAL,
        "channel": response.channel,
        "reason": response.reason if isinstance(response, OfferRejected) else None,
        "occurred_at": response.occurred_at,
        "reported": isinstance(response, OfferPresented) and response.reported,
        "rule": response.rule if isinstance(response, OfferPresented) else None,
        "open_until": None,
    }
