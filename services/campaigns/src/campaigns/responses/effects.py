"""What each response does besides being recorded: spend a slot, use up an offer, teach a propensity.

Each effect returns until when the decision now awaits an answer, or None.
"""

from datetime import datetime, timedelta

from campaigns.contacts import slots
from campaigns.domain.customer import Response
from campaigns.domain.propensity import Cell, Tally
from campaigns.learning import repository as learning
from campaigns.offers import repository as offers
from campaigns.policy.models import CONTACT_POLICY
from campaigns.responses import repository
from lealtad.db import Row
from lealtad.events.catalog.customer_profile import Channel
from lealtad.http import InvalidField, conflict, invalid
from lealtad.unit_of_work import UnitOfWork

Given = dict[str, Row]


async def present(uow: UnitOfWork, decision: Row, _: Given, at: datetime) -> datetime:
    """Spend a slot of the ledger; 409 where the contact is not allowed now."""
    await slots.spend(uow, decision)
    policy = (await CONTACT_POLICY.in_force(uow.connection)).policy
    return at + timedelta(days=policy.response_days)


async def accept(uow: UnitOfWork, decision: Row, given: Given, at: datetime) -> None:
    """Use up one of a limited offer and learn; 409 where it is too late or none is left."""
    await _close(uow, decision, given, at)
    terms = await offers.terms_at(uow.connection, decision.offer_id, decision.offer_version)
    if not await offers.count_acceptance(uow.connection, decision.offer_id, terms.limits.total):
        raise conflict(
            "offer-exhausted", "The offer is exhausted", "All of them were taken meanwhile. Ask for a new decision."
        )
    await learning.count(uow.connection, {_cell(decision): Tally(accepted=1)})


async def reject(uow: UnitOfWork, decision: Row, given: Given, at: datetime) -> None:
    """Learn from a refusal; 409 where it is too late."""
    await _close(uow, decision, given, at)
    await learning.count(uow.connection, {_cell(decision): Tally(rejected=1)})


EFFECTS = {Response.PRESENTED: present, Response.ACCEPTED: accept, Response.REJECTED: reject}


async def _close(uow: UnitOfWork, decision: Row, given: Given, at: datetime) -> None:
    presented = given[Response.PRESENTED]
    if at < presented.occurred_at:
        error = InvalidField(pointer="/occurred_at", message="lies before the offer was presented")
        raise invalid("Send the time at which the customer answered.", [error])
    if presented.open_until is None or at > presented.open_until:
        raise conflict(
            "too-late", "The offer no longer stands", "The time for an answer is over: ask for a new decision."
        )
    # Before learning, as the due action does: both lock the response first, then the cell.
    await repository.close(uow.connection, decision.decision_id)


def _cell(decision: Row) -> Cell:
    return Cell(decision.offer_id, Channel(decision.channel), decision.band)
