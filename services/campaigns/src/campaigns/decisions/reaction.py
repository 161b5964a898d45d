"""Keep the standing next-best actions: decide anew where a situation changed, announce what really changed."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from campaigns.decisions import repository
from campaigns.decisions.inputs.queries.current import customers_as_they_stand, rules_in_force
from campaigns.domain.arbitration import decide
from campaigns.domain.customer import Customer
from campaigns.domain.decision_record import Origin, Verdict, record_of
from campaigns.domain.priority import Action
from campaigns.domain.rules_in_force import RulesInForce
from campaigns.ledger.reaction import release_stopped
from campaigns.metrics import DECISIONS
from lealtad.db import Row
from lealtad.events.catalog.campaigns import NextBestActionChanged, OfferRef
from lealtad.events.model import Causes
from lealtad.ids import new_id
from lealtad.unit_of_work import Touched, UnitOfWork

THREAD_FROM = 20
"""So many decisions take longer than the event loop should stand still."""


async def decide_standing(uow: UnitOfWork, touched: Touched) -> None:
    """Decide anew for `touched` customers (ascending id) and emit a change of action, or of mute, for each it concerns.

    Slots of theirs that a rule forbids to spend are released first. The number of statements does not depend on the
    number of customers.
    """
    if not touched:
        return
    standing = await repository.lock(uow.connection, list(touched))
    rules = await rules_in_force(uow)
    customers = await customers_as_they_stand(uow, list(touched), rules)
    if await release_stopped(uow, customers, rules, touched):
        customers = await customers_as_they_stand(uow, list(touched), rules)
    due = [(customer, standing[customer.customer_id]) for customer in customers]
    if len(due) < THREAD_FROM:
        verdicts = _verdicts(due, rules, touched, uow.now)
    else:
        verdicts = await asyncio.to_thread(_verdicts, due, rules, touched, uow.now)
    rows = [record_of(verdict, rules) | _standing(verdict, until, rules) for verdict, until in verdicts]
    await repository.add_standing(uow.connection, rows)
    for verdict, _ in verdicts:
        _announce(uow, verdict, standing[verdict.customer.customer_id])


def _verdicts(
    due: Sequence[tuple[Customer, Row]], rules: RulesInForce, touched: Touched, now: datetime
) -> list[tuple[Verdict, datetime]]:
    return [_verdict(customer, standing, rules, touched, now) for customer, standing in due]


def _verdict(
    customer: Customer, standing: Row, rules: RulesInForce, touched: Touched, now: datetime
) -> tuple[Verdict, datetime]:
    """Return the verdict and until when its draw of propensities holds.

    A draw holds until the customer answers or its time is over, so that another score never rolls the dice again: a
    change of action has a reason.
    """
    decision_id = new_id()
    seed, drawn_until = decision_id, now + timedelta(days=rules.policy.action_validity_days)
    if standing.seed is not None and standing.drawn_until > now:
        seed, drawn_until = standing.seed, standing.drawn_until
    circumstances = rules.circumstances(customer, now, drawn_until)
    decision = decide(customer, rules.offers, rules.tallies, circumstances, seed=str(seed))
    causes = touched[customer.customer_id]
    return Verdict(decision_id, Origin.STANDING, now, customer, decision, seed, causes), drawn_until


def _standing(verdict: Verdict, drawn_until: datetime, rules: RulesInForce) -> dict[str, Any]:
    """Return what is kept of a decision while it stands, beside its record."""
    decision = verdict.decision
    return {
        "drawn_until": drawn_until,
        "next_due_at": decision.review_at,
        "rulebook": rules.revision,
        "awaits_inputs": any(e.finding.rule.endswith("-not-fresh") for e in decision.ruled_out),
    }


def _announce(uow: UnitOfWork, verdict: Verdict, before: Row) -> None:
    decision, best, customer_id = verdict.decision, verdict.decision.chosen, verdict.customer.customer_id
    mute = decision.mute.reason if decision.mute else None
    now_stands = (best.offer.offer_id, best.channel, mute) if best else (None, None, mute)
    uow.note([customer_id], _in_words(best, decision.reason))
    announced = now_stands != (before.offer_id, before.channel, before.mute)
    DECISIONS.labels(kind=best.offer.terms.kind if best else "none", announced=str(announced).lower()).inc()
    if announced:
        uow.emit(_change(verdict), key=customer_id, causes=verdict.causes)


def _change(verdict: Verdict) -> NextBestActionChanged:
    decision, best = verdict.decision, verdict.decision.chosen
    return NextBestActionChanged(
        customer_id=verdict.customer.customer_id,
        decision_id=verdict.decision_id,
        offer=offer_ref(best) if best else None,
        channel=best.channel if best else None,
        contact_at=decision.contact_at,
        reason=decision.reason,
        muted=decision.mute is not None,
        priority=verdict.priority,
        decided_at=verdict.decided_at,
        causes=Causes.of(verdict.causes),
    )


def offer_ref(action: Action) -> OfferRef:
    """Return how events name the offer of `action`."""
    offer = action.offer
    return OfferRef(offer_id=offer.offer_id, key=offer.key, version=offer.version, kind=offer.terms.kind)


def _in_words(best: Action | None, reason: str) -> str:
    return f"best action: {best.offer.key} on {best.channel}" if best else f"no action: {reason}"


async def redecide_after(uow: UnitOfWork, customer_id: UUID, touched: Touched) -> None:
    """Decide anew after the customer's own answer: propensities are drawn anew, too."""
    await repository.forget_draw(uow.connection, customer_id)
    await decide_standing(uow, touched)
