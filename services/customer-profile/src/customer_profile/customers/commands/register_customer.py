"""Register a customer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from customer_profile.consents import repository as consents
from customer_profile.customers import repository
from customer_profile.customers.commands.create_customers import (
    accept_registration,
    create_customers,
    new_registration,
)
from customer_profile.customers.events import emit_customer_state
from customer_profile.customers.queries import changed_customer
from customer_profile.customers.schemas import NewCustomer
from customer_profile.domain.consent_statement import ConsentStatement
from customer_profile.identities.commands import external_id_conflict, replace_identities
from customer_profile.policy.models import INTAKE_POLICY
from customer_profile.policy.schemas import IntakePolicy
from lealtad.clock import system_now
from lealtad.events.catalog.customer_profile import CustomerUpdated
from lealtad.http import Answer
from lealtad.unit_of_work import UnitOfWork


async def register_customer(uow: UnitOfWork, new: NewCustomer) -> Answer:
    """Create a customer (201), or complete the provisional one that has these external ids already (200).

    Raises 409 when an external id belongs to a registered customer, 422 when one looks like personal data, or when a
    consent was given in the future.
    """
    policy = (await INTAKE_POLICY.in_force(uow.connection)).policy
    statements = accept_registration(uow, new, policy)
    owners = await _lock_owners(uow, new)
    if owners:
        return await _complete_customer(uow, owners, new, statements, policy)
    registration = new_registration(uow, new, statements, policy)
    (event_id,) = await create_customers(uow, [registration])
    return changed_customer(registration.record, event_id=event_id, status=201)


async def _lock_owners(uow: UnitOfWork, new: NewCustomer) -> dict[str, UUID]:
    refs = new.external_refs
    locked = await repository.lock(uow.connection, refs) if refs else {}
    return {str(ref.source): customer.id for ref, customer in locked.items()}


async def _complete_customer(
    uow: UnitOfWork,
    owners: Mapping[str, UUID],
    new: NewCustomer,
    statements: Sequence[ConsentStatement],
    policy: IntakePolicy,
) -> Answer:
    ids = set(owners.values())
    before = await repository.read(uow.connection, min(ids)) if len(ids) == 1 else None
    if before is None or not before.provisional:
        raise external_id_conflict(owners)
    after = replace(
        before,
        version=before.version + 1,
        provisional=False,
        profile=new.profile,
        consents=(*before.consents, *(statement.consent for statement in statements)),
        updated_at=uow.now,
    ).with_profiling(policy.profiling_basis, uow.now)
    await repository.update(uow.connection, after)
    rows = [(after.id, statement) for statement in statements]
    await consents.insert_missing(uow.connection, rows, system_now())
    await replace_identities(uow, before=before, after=after)
    event_id = emit_customer_state(uow, CustomerUpdated, before=before, after=after)
    return changed_customer(after, event_id=event_id)
