"""The one place that asks whether a contact may be made: at reserve, at confirm and at presented."""

from dataclasses import dataclass
from datetime import datetime

from campaigns.decisions.inputs.queries.current import customers_as_they_stand, rules_in_force
from campaigns.domain.customer import Contact, ContactStatus, Customer
from campaigns.domain.ledger import counts
from campaigns.domain.offers import Offer
from campaigns.domain.permission import WITHDRAWN, violation
from campaigns.domain.policy import ContactPolicy
from campaigns.domain.quiet_hours import InitiatedBy
from lealtad.db import Row
from lealtad.events.catalog.customer_profile import Channel
from lealtad.http import conflict
from lealtad.unit_of_work import UnitOfWork

DECISION_EXPIRED = "decision-expired"


@dataclass(frozen=True, slots=True)
class Permission:
    """A contact that no rule forbids: with which offer and policy in force, and with whom."""

    offer: Offer
    customer: Customer
    policy: ContactPolicy

    def counts_on(self, channel: Channel) -> bool:
        """Return whether the contact spends a slot of the caps."""
        return counts(self.offer.terms.contact_class, channel, self.policy)


async def permit(uow: UnitOfWork, decision: Row, held: Row | None, at: datetime) -> Permission:
    """Return the permission to make the contact of `decision` at `at`; raise 409 with the rule that forbids it.

    Contact hours are asked for that moment, all other rules for now. `held` is the slot that the decision holds.
    Without one the decision must not have expired, and the contact needs a free slot. The customer must be locked.
    """
    if held is None and decision.valid_until <= max(at, uow.now):
        raise conflict(
            DECISION_EXPIRED,
            "The decision has expired",
            "Read the next-best action again, or ask for a decision.",
            rule=DECISION_EXPIRED,
        )
    rules = await rules_in_force(uow)
    (customer,) = await customers_as_they_stand(uow, [decision.customer_id], rules)
    initiated_by = InitiatedBy(decision.initiated_by)
    circumstances = rules.circumstances(customer, uow.now, decision.valid_until, initiated_by, contact_at=at)
    offer, slot = rules.offer(decision.offer_id), slot_of(held) if held else None
    if offer is None:
        raise conflict(
            WITHDRAWN.rule, "The offer was withdrawn", "Read the next-best action again.", rule=WITHDRAWN.rule
        )
    if found := violation(offer, Channel(decision.channel), customer, circumstances, slot):
        raise conflict(
            "contact-not-allowed",
            "This contact is not allowed now",
            f"Do not make it: {found.detail}. Read the next-best action again.",
            rule=found.rule,
            until=found.until,
        )
    return Permission(offer, customer, rules.policy)


def slot_of(row: Row) -> Contact:
    """Return a row of the ledger as rules see it."""
    return Contact(
        row.contact_id, row.offer_id, Channel(row.channel), ContactStatus(row.status), row.at, row.expires_at
    )
