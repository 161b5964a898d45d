"""A contact that took place a while ago is told, not asked about: it is stored, counted, and marked."""

from datetime import datetime
from typing import Any

from campaigns.contacts.commands.spend_slot import new_slot
from campaigns.contacts.queries.permission import DECISION_EXPIRED, slot_of
from campaigns.decisions.inputs.queries.past import Situation, situation_at
from campaigns.domain.customer import ContactStatus
from campaigns.domain.ledger import counts
from campaigns.domain.mute import mute_of
from campaigns.domain.permission import violation
from campaigns.domain.quiet_hours import InitiatedBy, earliest_contact
from campaigns.domain.rules import Circumstances
from campaigns.ledger import events, repository
from lealtad.db import Row
from lealtad.events.catalog.customer_profile import Channel
from lealtad.unit_of_work import UnitOfWork


async def report(uow: UnitOfWork, decision: Row, at: datetime) -> Row:
    """Enter a contact that took place at `at` into the ledger; return its slot, with the rule that forbade it then.

    Emits ContactConfirmed. The customer must be locked.
    """
    situation = await situation_at(uow, decision, at)
    told: dict[str, Any] = {
        "status": ContactStatus.CONFIRMED,
        "at": at,
        "expires_at": None,
        "counts": counts(decision.contact_class, Channel(decision.channel), situation.policy),
        "rule": _rule(situation, decision, await repository.held_at(uow.connection, decision.decision_id, at), at),
    }
    held = await repository.of_decision(uow.connection, decision.decision_id)
    if held is None:
        slot = await repository.add(uow.connection, new_slot(decision) | told)
    else:
        slot = await repository.change(uow.connection, held.contact_id, **told)
    uow.emit(events.confirmed(slot), key=slot.customer_id)
    return slot


def _rule(situation: Situation, decision: Row, held: Row | None, at: datetime) -> str | None:
    if held is None and decision.valid_until <= at:
        return DECISION_EXPIRED
    customer, policy = situation.customer, situation.policy
    contact_from = earliest_contact(customer, policy, at, InitiatedBy(decision.initiated_by))
    circumstances = Circumstances(at, policy, decision.valid_until, at, contact_from, mute_of(customer, policy, at))
    found = violation(
        situation.offer, Channel(decision.channel), customer, circumstances, slot_of(held) if held else None
    )
    return found.rule if found else None
