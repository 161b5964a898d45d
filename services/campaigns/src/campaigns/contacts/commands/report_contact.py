"""Record a contact that took place a while ago. No rule refuses such a report; it counts and names the broken rule."""

from datetime import datetime
from typing import Any

from campaigns.contacts.commands.spend_slot import new_slot
from campaigns.contacts.queries.permission import DECISION_EXPIRED, slot_of
from campaigns.decisions.inputs.queries.past import load_past_inputs
from campaigns.domain.circumstances import Circumstances
from campaigns.domain.customer import ContactStatus
from campaigns.domain.ledger import counts_against_caps
from campaigns.domain.mute import mute_of
from campaigns.domain.past_inputs import PastInputs
from campaigns.domain.permission import find_violation
from campaigns.domain.quiet_hours import InitiatedBy, earliest_contact
from campaigns.ledger import events, repository
from lealtad.db import Row
from lealtad.events.catalog.customer_profile import Channel
from lealtad.unit_of_work import UnitOfWork


async def report_contact(uow: UnitOfWork, decision: Row, at: datetime) -> Row:
    """Store a contact that took place at `at` in the ledger; return its slot, with the rule that forbade it then.

    Emit ContactConfirmed. The customer must be locked.
    """
    inputs = await load_past_inputs(uow, decision, at)
    held_slot = await repository.find_held_at(uow.connection, decision.decision_id, at)
    values: dict[str, Any] = {
        "status": ContactStatus.CONFIRMED,
        "at": at,
        "expires_at": None,
        "counts": counts_against_caps(decision.contact_class, Channel(decision.channel), inputs.policy),
        "rule": _find_broken_rule(inputs, decision, held_slot, at),
    }
    slot = await repository.find_of_decision(uow.connection, decision.decision_id)
    if slot is None:
        confirmed = await repository.add(uow.connection, new_slot(decision) | values)
    else:
        confirmed = await repository.change(uow.connection, slot.contact_id, **values)
    uow.emit(events.contact_confirmed(confirmed), key=confirmed.customer_id)
    return confirmed


def _find_broken_rule(inputs: PastInputs, decision: Row, held_slot: Row | None, at: datetime) -> str | None:
    if held_slot is None and decision.valid_until <= at:
        return DECISION_EXPIRED
    customer, policy = inputs.customer, inputs.policy
    contact_from = earliest_contact(customer, policy, at, InitiatedBy(decision.initiated_by))
    circumstances = Circumstances(at, policy, decision.valid_until, at, contact_from, mute_of(customer, policy, at))
    slot = slot_of(held_slot) if held_slot else None
    violation = find_violation(inputs.offer, Channel(decision.channel), customer, circumstances, slot)
    return violation.rule if violation else None
