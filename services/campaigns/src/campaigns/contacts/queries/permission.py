"""The one place that checks whether a contact may be made: at reserve, at confirm and at presented."""

from datetime import datetime

from campaigns.decisions.inputs.queries.current import load_inputs, load_rules
from campaigns.domain.customer import ContactStatus, Slot
from campaigns.domain.permission import WITHDRAWN, Permission, find_violation
from campaigns.domain.quiet_hours import InitiatedBy
from lealtad.db import Row
from lealtad.events.catalog.customer_profile import Channel
from lealtad.http import conflict
from lealtad.unit_of_work import UnitOfWork

DECISION_EXPIRED = "decision-expired"


async def require_permission(uow: UnitOfWork, decision: Row, held_slot: Row | None, at: datetime) -> Permission:
    """Return the permission to make the contact of `decision` at `at`; raise 409 with the rule that forbids it.

    Check contact hours for `at` and all other rules for now. `held_slot` is the slot that is reserved for the decision.
    Without it the decision must not have expired, and the contact needs a free slot. The customer must be locked.
    """
    if held_slot is None and decision.valid_until <= max(at, uow.now):
        raise conflict(
            DECISION_EXPIRED,
            "The decision has expired",
            "Read the next-best action again, or ask for a decision.",
            rule=DECISION_EXPIRED,
        )
    rules = await load_rules(uow)
    (customer,) = await load_inputs(uow, [decision.customer_id], rules)
    initiated_by = InitiatedBy(decision.initiated_by)
    circumstances = rules.circumstances(customer, uow.now, decision.valid_until, initiated_by, contact_at=at)
    offer, slot = rules.offer(decision.offer_id), slot_of(held_slot) if held_slot else None
    if offer is None:
        raise conflict(
            WITHDRAWN.rule, "The offer was withdrawn", "Read the next-best action again.", rule=WITHDRAWN.rule
        )
    if violation := find_violation(offer, Channel(decision.channel), customer, circumstances, slot):
        raise conflict(
            "contact-not-allowed",
            "This contact is not allowed now",
            f"Do not make it: {violation.detail}. Read the next-best action again.",
            rule=violation.rule,
            until=violation.until,
        )
    return Permission(offer, customer, rules.policy)


def slot_of(row: Row) -> Slot:
    """Return a row of the ledger as the domain's `Slot`."""
    return Slot(row.contact_id, row.offer_id, Channel(row.channel), ContactStatus(row.status), row.at, row.expires_at)
