"""Apply the effect of each response: spend a slot, count an acceptance, update a propensity."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from campaigns.contacts.commands.report_contact import report_contact
from campaigns.contacts.commands.spend_slot import spend_slot
from campaigns.domain.customer import Response
from campaigns.domain.propensity import Cell, Tally
from campaigns.domain.responses import ResponseEffect
from campaigns.learning import repository as learning
from campaigns.offers import repository as offers
from campaigns.policy import repository as rulebook
from campaigns.policy.models import CONTACT_POLICY
from campaigns.responses import repository
from lealtad.db import Row
from lealtad.events.catalog.customer_profile import Channel
from lealtad.http import conflict
from lealtad.unit_of_work import UnitOfWork

EXHAUSTED = "offer-exhausted"
GivenResponses = Mapping[str, Row]


async def present_offer(uow: UnitOfWork, decision: Row, _: GivenResponses, at: datetime) -> ResponseEffect:
    """Spend a slot of the ledger; raise 409 if the contact is not allowed now.

    A contact longer ago than the clock tolerance took place already. It is a report, which no rule refuses.
    """
    policy = (await CONTACT_POLICY.in_force(uow.connection)).policy
    open_until = at + timedelta(days=policy.response_days)
    if uow.now - at > policy.clock_tolerance:
        slot = await report_contact(uow, decision, at)
        return ResponseEffect(open_until, reported=True, rule=slot.rule)
    await spend_slot(uow, decision, at)
    return ResponseEffect(open_until)


async def accept_offer(uow: UnitOfWork, decision: Row, given: GivenResponses, at: datetime) -> ResponseEffect:
    """Count an acceptance and learn from it; raise 409 if the answer is too late or the offer is exhausted.

    Check the offer's limit in force only. A stop refuses no answer that the customer gave.
    """
    await _close(uow, decision, given, at)
    counted = await offers.count_acceptance(uow.connection, decision.offer_id)
    if counted is None:
        raise conflict(
            EXHAUSTED,
            "The offer is exhausted",
            "All of them were taken meanwhile. Ask for a new decision.",
            rule=EXHAUSTED,
        )
    if counted.was_last:
        # Decide again for all customers: the offer is proposed no more, and its reserved slots are released.
        await rulebook.increment_revision(uow.connection)
    await _learn(uow, decision, Tally(accepted=1))
    return ResponseEffect()


async def reject_offer(uow: UnitOfWork, decision: Row, given: GivenResponses, at: datetime) -> ResponseEffect:
    """Learn from a refusal; raise 409 if the answer is too late."""
    await _close(uow, decision, given, at)
    await _learn(uow, decision, Tally(rejected=1))
    return ResponseEffect()


EFFECTS = {Response.PRESENTED: present_offer, Response.ACCEPTED: accept_offer, Response.REJECTED: reject_offer}


async def _close(uow: UnitOfWork, decision: Row, given: GivenResponses, at: datetime) -> None:
    presented = given[Response.PRESENTED]
    if presented.open_until is None or at > presented.open_until:
        raise conflict(
            "too-late", "The offer no longer stands", "The time for an answer is over: ask for a new decision."
        )
    # Close before learning, in the lock order of the due action: first the response, then the cell.
    await repository.close(uow.connection, decision.decision_id)


async def _learn(uow: UnitOfWork, decision: Row, tally: Tally) -> None:
    """Count the answer in its cell, unless the customer refuses profiling. Such an answer is never counted later."""
    if decision.profiling_allowed:
        cell = Cell(decision.offer_id, Channel(decision.channel), decision.band)
        await learning.add_tallies(uow.connection, {cell: tally})
