"""Record a response to the offer of a decision, learn from it, and decide again."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from campaigns.decisions import queries
from campaigns.decisions import repository as decisions
from campaigns.decisions.reaction import redecide_after_response
from campaigns.domain.customer import Response
from campaigns.domain.offers import ContactClass
from campaigns.domain.responses import ResponseEffect, possible_next
from campaigns.metrics import RESPONSES
from campaigns.policy.models import CONTACT_POLICY
from campaigns.responses import events, repository
from campaigns.responses.commands.apply_response import EFFECTS
from campaigns.responses.schemas import NewResponse, OfferResponse
from lealtad.db import Row
from lealtad.http import Answer, InvalidField, conflict, invalid
from lealtad.ids import new_id
from lealtad.instants import within_tolerance
from lealtad.unit_of_work import UnitOfWork


async def record_response(uow: UnitOfWork, decision_id: UUID, request: NewResponse) -> Answer:
    """Insert a response and decide again: 201, or 200 with the stored response if it is repeated.

    Raise 409 if the decision was to do nothing or the response does not follow the earlier ones. Raise 409 also if the
    contact is not allowed now or the offer is exhausted. Raise 422 for an impossible time.
    """
    decision = await queries.read_decision_row(uow, decision_id)
    if decision.offer_id is None:
        raise conflict("no-action", "The decision is to do nothing", "There is no offer to respond to.")
    await decisions.lock_customers(uow.connection, [decision.customer_id])
    given = {row.response: row for row in await repository.list_of_decision(uow.connection, decision_id)}
    if stored := given.get(request.response):
        return await _answer(uow, stored, status=200)
    _require_possible(given, request.response)
    occurred_at = await _require_time(uow, request, decision, given)
    effect = await EFFECTS[request.response](uow, decision, given, occurred_at)
    response_id = new_id()
    currency = uow.resources.reporting_currency
    event = events.response_recorded(response_id, decision, request, occurred_at, effect, currency=currency)
    ref = uow.emit(event, key=decision.customer_id, event_id=response_id)
    row = await repository.add(uow.connection, _row(response_id, decision, request, occurred_at, effect))
    RESPONSES.labels(kind=decision.offer_kind, response=request.response).inc()
    await redecide_after_response(uow, decision.customer_id, {decision.customer_id: [ref.cause]})
    return await _answer(uow, row, status=201)


def _require_possible(given: Collection[str], response: Response) -> None:
    allowed = sorted(possible_next([Response(earlier) for earlier in given]))
    if response not in allowed:
        detail = f"Now possible: {', '.join(allowed)}." if allowed else "It was answered: ask for a new decision."
        raise conflict("impossible-response", "The response does not follow", detail, possible=allowed)


async def _require_time(uow: UnitOfWork, request: NewResponse, decision: Row, given: Mapping[str, Row]) -> datetime:
    """Return the time of the response; raise 422 for one before its cause or in the future, by more than clocks differ.

    A time that is impossible by less is moved to the nearest possible one.
    """
    presented = given.get(Response.PRESENTED)
    earliest = presented.occurred_at if presented else decision.decided_at
    at = request.occurred_at or uow.now
    if earliest <= at <= uow.now:
        return at
    tolerance = (await CONTACT_POLICY.in_force(uow.connection)).policy.clock_tolerance
    possible = within_tolerance(at, tolerance, earliest=earliest, latest=uow.now)
    if possible is None:
        cause = "the offer was presented" if presented else "the decision"
        error = InvalidField(pointer="/occurred_at", message=f"lies before {cause}, or in the future")
        raise invalid("Send the time at which it happened, or leave it out.", [error])
    return possible


def _row(
    response_id: UUID, decision: Row, request: NewResponse, at: datetime, effect: ResponseEffect
) -> dict[str, Any]:
    return {
        "decision_id": decision.decision_id,
        "response": request.response,
        "response_id": response_id,
        "customer_id": decision.customer_id,
        "offer_id": decision.offer_id,
        "offer_kind": decision.offer_kind,
        "promotional": decision.contact_class == ContactClass.PROMOTIONAL,
        "channel": decision.channel,
        "reason": request.reason,
        "occurred_at": at,
        "open_until": effect.open_until,
        "reported": effect.reported,
        "rule": effect.rule,
    }


async def _answer(uow: UnitOfWork, row: Row, *, status: int) -> Answer:
    next_best_action = await queries.read_current_decision(uow, row.customer_id)
    return Answer(OfferResponse(**row, event_id=row.response_id, next_best_action=next_best_action), status=status)
