"""Decide the current next-best actions again after an event, a response or time, and announce changes."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from campaigns.decisions import events, repository
from campaigns.decisions.inputs.queries.current import load_inputs, load_rules
from campaigns.domain.arbitration import decide
from campaigns.domain.customer import Customer
from campaigns.domain.decision_record import Decision, Origin, build_record
from campaigns.domain.priority import Action
from campaigns.domain.rules_in_force import RulesInForce
from campaigns.ledger.reaction import release_stopped_slots
from campaigns.metrics import DECISIONS
from lealtad.db import Row
from lealtad.ids import new_id
from lealtad.unit_of_work import Touched, UnitOfWork

THREAD_FROM = 20
"""Batches of this size or more are decided in a thread, because they would block the event loop for too long."""


async def decide_current_actions(uow: UnitOfWork, touched: Touched) -> None:
    """Decide again for `touched` customers (ascending id). Emit an event for each changed action or mute.

    Reserved slots that a rule forbids to spend are released first. The number of statements does not depend on the
    number of customers.
    """
    if not touched:
        return
    current_actions = await repository.lock_customers(uow.connection, list(touched))
    rules = await load_rules(uow)
    customers = await load_inputs(uow, list(touched), rules)
    if await release_stopped_slots(uow, customers, rules, touched):
        customers = await load_inputs(uow, list(touched), rules)
    due = [(customer, current_actions[customer.customer_id]) for customer in customers]
    if len(due) < THREAD_FROM:
        decisions = _decide_all(due, rules, touched, uow.now)
    else:
        decisions = await asyncio.to_thread(_decide_all, due, rules, touched, uow.now)
    rows = [
        build_record(decision, rules) | _current_action(decision, drawn_until, rules)
        for decision, drawn_until in decisions
    ]
    await repository.add_current_decisions(uow.connection, rows)
    for decision, _ in decisions:
        _announce(uow, decision, current_actions[decision.customer.customer_id])


async def redecide_after_response(uow: UnitOfWork, customer_id: UUID, touched: Touched) -> None:
    """Decide again after the customer's own response, with newly drawn propensities."""
    await repository.forget_draw(uow.connection, customer_id)
    await decide_current_actions(uow, touched)


def _decide_all(
    due: Sequence[tuple[Customer, Row]], rules: RulesInForce, touched: Touched, now: datetime
) -> list[tuple[Decision, datetime]]:
    return [_decide(customer, current_action, rules, touched, now) for customer, current_action in due]


def _decide(
    customer: Customer, current_action: Row, rules: RulesInForce, touched: Touched, now: datetime
) -> tuple[Decision, datetime]:
    """Return the decision and the end of its draw of propensities.

    A draw is kept until the customer responds or its time is over. So a new score does not draw again, and each change
    of action has a reason.
    """
    decision_id = new_id()
    seed, drawn_until = decision_id, now + timedelta(days=rules.policy.action_validity_days)
    if current_action.seed is not None and current_action.drawn_until > now:
        seed, drawn_until = current_action.seed, current_action.drawn_until
    circumstances = rules.circumstances(customer, now, drawn_until)
    outcome = decide(customer, rules.offers, rules.tallies, circumstances, seed=str(seed))
    causes = touched[customer.customer_id]
    return Decision(decision_id, Origin.STANDING, now, customer, outcome, seed, causes), drawn_until


def _current_action(decision: Decision, drawn_until: datetime, rules: RulesInForce) -> dict[str, Any]:
    """Return the columns of the current action that the decision's record lacks."""
    outcome = decision.outcome
    return {
        "drawn_until": drawn_until,
        "next_due_at": outcome.review_at,
        "rulebook": rules.revision,
        "awaits_inputs": any(e.violation.rule.endswith("-not-fresh") for e in outcome.ruled_out),
    }


def _announce(uow: UnitOfWork, decision: Decision, before: Row) -> None:
    outcome, customer_id = decision.outcome, decision.customer.customer_id
    chosen, mute = outcome.chosen, outcome.mute.reason if outcome.mute else None
    offer_id, channel = (chosen.offer.offer_id, chosen.channel) if chosen else (None, None)
    after = (offer_id, channel, mute, decision.case_id)
    uow.note([customer_id], _summary(chosen, outcome.reason))
    announced = after != (before.offer_id, before.channel, before.mute, before.case_id)
    DECISIONS.labels(kind=chosen.offer.terms.kind if chosen else "none", announced=str(announced).lower()).inc()
    if announced:
        uow.emit(events.action_changed(decision), key=customer_id, causes=decision.causes)


def _summary(chosen: Action | None, reason: str) -> str:
    return f"best action: {chosen.offer.key} on {chosen.channel}" if chosen else f"no action: {reason}"
