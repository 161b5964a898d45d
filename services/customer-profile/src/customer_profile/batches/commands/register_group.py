"""Register a group of customers in one transaction, with a fixed number of statements."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from customer_profile.customers import repository
from customer_profile.customers.commands.create_customers import (
    Registration,
    accept_registration,
    create_customers,
    new_registration,
)
from customer_profile.customers.commands.register_customer import register_customer
from customer_profile.customers.schemas import NewCustomer
from customer_profile.domain.customer import CustomerRecord
from customer_profile.identities.commands import external_id_conflict
from customer_profile.policy.models import INTAKE_POLICY
from lealtad.http import CustomerRef, Problem
from lealtad.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RegisteredCustomer:
    """The outcome of a registration: registered now (201), or before (200)."""

    customer_id: UUID
    event_id: UUID | None
    status: int


async def register_group(
    uow: UnitOfWork, group: Sequence[NewCustomer]
) -> list[RegisteredCustomer | Problem | NewCustomer]:
    """Register the new customers of a group; return for each its outcome, or the problem that refuses it.

    A registration that would complete a provisional customer is returned as it is: `complete_customer` does that.

    Raises LostRaceError when a concurrent transaction inserted an external id in this moment: run again.
    """
    policy = (await INTAKE_POLICY.in_force(uow.connection)).policy
    owners = await _lock_owners(uow, group)
    outcomes: list[RegisteredCustomer | Problem | NewCustomer] = []
    registrations: dict[int, Registration] = {}
    for place, new in enumerate(group):
        try:
            statements = accept_registration(uow, new, policy)
            own = {ref: owners[ref] for ref in new.external_refs if ref in owners}
            if own:
                outcomes.append(_existing_customer(new, own))
                continue
        except Problem as problem:
            outcomes.append(problem)
            continue
        registrations[place] = new_registration(uow, new, statements, policy)
        outcomes.append(new)
    if registrations:
        event_ids = await create_customers(uow, list(registrations.values()))
        for (place, registration), event_id in zip(registrations.items(), event_ids, strict=True):
            outcomes[place] = RegisteredCustomer(registration.record.id, event_id, 201)
    return outcomes


async def complete_customer(uow: UnitOfWork, new: NewCustomer) -> RegisteredCustomer:
    """Register one customer as `POST /v1/customers` does."""
    answer = await register_customer(uow, new)
    return RegisteredCustomer(answer.body["id"], answer.body["event_id"], answer.status)


async def _lock_owners(uow: UnitOfWork, group: Sequence[NewCustomer]) -> Mapping[CustomerRef, CustomerRecord]:
    locked = await repository.lock(uow.connection, [ref for new in group for ref in new.external_refs])
    if not locked:
        return {}
    records = await repository.read_all(uow.connection, {customer.id for customer in locked.values()})
    return {ref: records[customer.id] for ref, customer in locked.items()}


def _existing_customer(
    new: NewCustomer, owners: Mapping[CustomerRef, CustomerRecord]
) -> RegisteredCustomer | NewCustomer:
    """Return the outcome for external ids that have `owners`; raise 409 for other customers and other profiles."""
    (first, *others) = owners.values()
    if all(other.id == first.id for other in others):
        if first.provisional:
            return new
        if _in_order(first.profile) == _in_order(new.profile):
            return RegisteredCustomer(first.id, None, 200)
    raise external_id_conflict({str(ref.source): owner.id for ref, owner in owners.items()})


def _in_order(profile: Mapping[str, Any]) -> dict[str, Any]:
    """Return the profile with those lists sorted whose order has no meaning."""
    sets: Collection[str] = ("external_ids", "documents")
    return {**profile, **{name: sorted(profile[name], key=lambda item: sorted(item.items())) for name in sets}}
