"""What each response does besides being recorded: spend a slot, use up an offer, teach a propensity."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.contacts.commands.report_contact import report
from campaigns.contacts.commands.spend_slot import spend
from campaigns.domain.customer import Response
from campaigns.domain.propensity import Cell, Tally
from campaigns.learning import repository as learning
from campaigns.offers import repository as offers
from campaigns.policy import repository as rules
from campaigns.policy.models import CONTACT_POLICY
from campaigns.responses import repository
from lealtad.db import Row
from lealtad.events.catalog.customer_profile import Channel
from lealtad.http import InvalidField, conflict, invalid
from lealtad.unit_of_work import UnitOfWork

EXHAUSTED = "offer-exhausted"
Given = dict[str, Row]


@dataclass(frozen=True, slots=True)
class Effect:
    """What is kept with a response."""

    open_until: datetime | None = None
    """Until when the decision now awaits an answer."""
    reported: bool = False
    rule: str | None = None
    """The rule that forbade a reported contact when it took place."""


async def present(uow: UnitOfWork, decision: Row, _: Given, at: datetime) -> Effect:
    """Spend a slot of the ledger; 409 where the contact is not allowed now.

    What lies further back than the clock tolerance took place already: it is a report, which no rule refuses.
    """
    policy = (await CONTACT_POLICY.in_force(uow.connection)).policy
    open_until = at + timedelta(days=policy.response_days)
    if uow.now - at > policy.clock_tolerance:
        slot = await report(uow, decision, at)
        return Effect(open_until, reported=True, rule=slot.rule)
    await spend(uow, decision, at)
    return Effect(open_until)


async def accept(uow: UnitOfWork, decision: Row, given: Given, at: datetime) -> Effect:
    """Use up one of a limited offer and learn; 409 where it is too late or none is left.

    Nothing but the limit in force is asked: a stop refuses no answer that the customer gave.
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
        # Nobody is proposed it any more, and slots that are held for it are released.
        await rules.revise(uow.connection)
    await _learn(uow, decision, Tally(accepted=1))
    return Effect()


async def reject(uow: UnitOfWork, decision: Row, given: Given, at: datetime) -> Effect:
    """Learn from a refusal; 409 where it is too late."""
    await _close(uow, decision, given, at)
    await _learn(uow, decision, Tally(rejected=1))
    return Effect()


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


async def _learn(uow: UnitOfWork, decision: Row, tally: Tally) -> None:
    """Count the answer, unless the customer refuses to be profiled: then nothing is learned from it, now or later."""
    if decision.profiling_allowed:
        cell = Cell(decision.offer_id, Channel(decision.channel), decision.band)
        await learning.count(uow.connection, {cell: tally})
