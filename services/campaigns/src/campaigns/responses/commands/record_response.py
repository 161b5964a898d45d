"""Use case: record a response, learn from it, decide anew."""

from datetime import datetime
from typing import Any
from uuid import UUID

from campaigns.decisions import queries
from campaigns.decisions import repository as decisions
from campaigns.decisions.reaction import redecide_after
from campaigns.domain.customer import Response
from campaigns.domain.offers import ContactClass
from campaigns.domain.responses import possible
from campaigns.metrics import RESPONSES
from campaigns.responses import repository
from campaigns.responses.commands.apply_response import EFFECTS, Effect
from campaigns.responses.schemas import ResponseIn, ResponseOut
from lealtad.db import Row
from lealtad.events.catalog.campaigns import OfferAccepted, OfferKind, OfferPresented, OfferRef, OfferRejected
from lealtad.http import Answer, InvalidField, conflict, invalid
from lealtad.ids import new_id
from lealtad.unit_of_work import UnitOfWork


async def record_response(uow: UnitOfWork, decision_id: UUID, wanted: ResponseIn) -> Answer:
    """Record a response (201; 200 with the stored one when it is repeated) and decide anew.

    409 when the decision was to do nothing, when the response does not follow from those before, when the contact is
    not allowed now, or when no more of the offer may be accepted; 422 for an impossible time.
    """
    decision = await queries.existing(uow, decision_id)
    if decision.offer_id is None:
        raise conflict("no-action", "The decision is to do nothing", "There is no offer to respond to.")
    await decisions.lock(uow.connection, [decision.customer_id])
    given = {row.response: row for row in await repository.of_decision(uow.connection, decision_id)}
    if stored := given.get(wanted.response):
        return await _answer(uow, stored, status=200)
    _require_possible(given, wanted.response)
    occurred_at = _time_of(wanted, decision, uow.now)
    effect = await EFFECTS[wanted.response](uow, decision, given, occurred_at)
    identity = new_id()
    event = _event(identity, decision, wanted, occurred_at, effect)
    ref = uow.emit(event, key=decision.customer_id, event_id=identity)
    row = await repository.add(uow.connection, _row(identity, decision, wanted, occurred_at, effect))
    RESPONSES.labels(kind=decision.offer_kind, response=wanted.response).inc()
    await redecide_after(uow, decision.customer_id, {decision.customer_id: [ref.cause]})
    return await _answer(uow, row, status=201)


def _require_possible(given: dict[str, Any], wanted: Response) -> None:
    allowed = sorted(possible([Response(response) for response in given]))
    if wanted not in allowed:
        detail = f"Now possible: {', '.join(allowed)}." if allowed else "It was answered: ask for a new decision."
        raise conflict("impossible-response", "The response does not follow", detail, possible=allowed)


def _time_of(wanted: ResponseIn, decision: Row, now: datetime) -> datetime:
    at = wanted.occurred_at or now
    if not decision.decided_at <= at <= now:
        error = InvalidField(pointer="/occurred_at", message="lies before the decision or in the future")
        raise invalid("Send the time at which it happened, or leave it out.", [error])
    return at


def _event(
    identity: UUID, decision: Row, wanted: ResponseIn, at: datetime, effect: Effect
) -> OfferPresented | OfferAccepted | OfferRejected:
    common = {
        "customer_id": decision.customer_id,
        "decision_id": decision.decision_id,
        "response_id": identity,
        "offer": OfferRef(
            offer_id=decision.offer_id,
            key=decision.offer_key,
            version=decision.offer_version,
            kind=OfferKind(decision.offer_kind),
        ),
        "channel": decision.channel,
        "occurred_at": at,
    }
    if wanted.response is Response.REJECTED:
        return OfferRejected(**common, reason=wanted.reason)
    if wanted.response is Response.PRESENTED:
        return OfferPresented(**common, reported=effect.reported, rule=effect.rule)
    return OfferAccepted(**common)


def _row(identity: UUID, decision: Row, wanted: ResponseIn, at: datetime, effect: Effect) -> dict[str, Any]:
    return {
        "decision_id": decision.decision_id,
        "response": wanted.response,
        "response_id": identity,
        "customer_id": decision.customer_id,
        "offer_id": decision.offer_id,
        "offer_kind": decision.offer_kind,
        "promotional": decision.contact_class == ContactClass.PROMOTIONAL,
        "channel": decision.channel,
        "reason": wanted.reason,
        "occurred_at": at,
        "open_until": effect.open_until,
        "reported": effect.reported,
        "rule": effect.rule,
    }


async def _answer(uow: UnitOfWork, row: Row, *, status: int) -> Answer:
    standing = await queries.read_standing(uow, row.customer_id)
    return Answer(ResponseOut(**row, event_id=row.response_id, next_best_action=standing), status=status)
