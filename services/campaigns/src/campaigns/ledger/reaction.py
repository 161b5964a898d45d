"""Release reserved slots that a rule in force forbids to spend."""

from collections.abc import Sequence

from campaigns.domain.customer import Customer
from campaigns.domain.permission import find_lost_slots
from campaigns.domain.rules_in_force import RulesInForce
from campaigns.ledger import events, repository
from lealtad.unit_of_work import Touched, UnitOfWork


async def release_stopped_slots(
    uow: UnitOfWork, customers: Sequence[Customer], rules: RulesInForce, touched: Touched
) -> bool:
    """Release the slots of locked `customers` that a rule forbids to spend; return whether there were any.

    Emit ContactReleased with the rule for each slot.
    """
    lost = {
        slot.contact_id: violation.rule
        for customer in customers
        if customer.held_slots
        for slot, violation in find_lost_slots(customer, rules.offer, rules.circumstances(customer, uow.now, uow.now))
    }
    if not lost:
        return False
    for slot in await repository.release_stopped(uow.connection, lost):
        uow.note([slot.customer_id], f"released the contact reserved for {slot.offer_key}: {slot.rule}")
        uow.emit(events.contact_released(slot, uow.now), key=slot.customer_id, causes=touched[slot.customer_id])
    return True
