"""Registering a group of customers in one transaction, with a fixed number of statements."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from customer_profile.customers import repository
from customer_profile.customers.commands.create_customers import Newcomer, create, newcomer, words_of
from customer_profile.customers.commands.register_customer import register
from customer_profile.customers.schemas import NewCustomer
from customer_profile.domain.customer import CustomerRecord
from customer_profile.identities.commands import external_id_conflict
from customer_profile.policy.models import INTAKE_POLICY
from lealtad.http import CustomerRef, Problem
from lealtad.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Registered:
    """The answer to a registration: now (201), or known before (200)."""

    customer_id: UUID
    event_id: UUID | None
    status: int


async def register_newcomers(uow: UnitOfWork, group: Sequence[NewCustomer]) -> list[Registered | Problem | NewCustomer]:
    """Register those whom nobody knows; return for each its answer, or the problem that keeps it out.

    A registration that would complete a provisional customer is returned as it is: `complete` does that.

    Raises LostRaceError when a concurrent transaction took an external id in this moment: run again.
    """
    policy = (await INTAKE_POLICY.in_force(uow.connection)).policy
    owners = await _owners(uow, group)
    outcomes: list[Registered | Problem | NewCustomer] = []
    newcomers: dict[int, Newcomer] = {}
    for place, registration in enumerate(group):
        try:
            said = words_of(uow, registration, policy)
            known = {ref: owners[ref] for ref in _refs(registration) if ref in owners}
            if known:
                outcomes.append(_known(registration, known))
                continue
        except Problem as problem:
            outcomes.append(problem)
            continue
        newcomers[place] = newcomer(uow, registration, said, policy)
        outcomes.append(registration)
    if newcomers:
        events = await create(uow, list(newcomers.values()))
        for (place, new), event_id in zip(newcomers.items(), events, strict=True):
            outcomes[place] = Registered(new.record.id, event_id, 201)
    return outcomes


async def complete(uow: UnitOfWork, registration: NewCustomer) -> Registered:
    """Register one customer as `POST /v1/customers` does."""
    answer = await register(uow, registration)
    return Registered(answer.body["id"], answer.body["event_id"], answer.status)


async def _owners(uow: UnitOfWork, group: Sequence[NewCustomer]) -> Mapping[CustomerRef, CustomerRecord]:
    locked = await repository.lock(uow.connection, [ref for registration in group for ref in _refs(registration)])
    if not locked:
        return {}
    records = await repository.read_all(uow.connection, {customer.id for customer in locked.values()})
    return {ref: records[customer.id] for ref, customer in locked.items()}


def _refs(registration: NewCustomer) -> list[CustomerRef]:
    return [CustomerRef(source=name.source, external_id=name.external_id) for name in registration.external_ids]


def _known(registration: NewCustomer, owners: Mapping[CustomerRef, CustomerRecord]) -> Registered | NewCustomer:
    (first, *others) = owners.values()
    if all(other.id == first.id for other in others):
        if first.provisional:
            return registration
        if _in_order(first.profile) == _in_order(registration.profile):
            return Registered(first.id, None, 200)
    raise external_id_conflict({str(ref.source): owner.id for ref, owner in owners.items()})


def _in_order(profile: Mapping[str, Any]) -> dict[str, Any]:
    """Return the profile with the lists in order in which order means nothing."""
    sets: Collection[str] = ("external_ids", "documents")
    return {**profile, **{name: sorted(profile[name], key=lambda one: sorted(one.items())) for name in sets}}
