"""Use case: register a customer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from customer_profile.consents import repository as consents
from customer_profile.customers import repository
from customer_profile.customers.commands.create_customers import Said, create, newcomer, words_of
from customer_profile.customers.events import announce
from customer_profile.customers.queries import changed_customer
from customer_profile.customers.schemas import NewCustomer, Profile
from customer_profile.identities.commands import external_id_conflict, replace_identities
from customer_profile.policy.models import INTAKE_POLICY
from customer_profile.policy.schemas import IntakePolicy
from lealtad.clock import system_now
from lealtad.events.catalog.customer_profile import CustomerUpdated
from lealtad.http import Answer, CustomerRef
from lealtad.unit_of_work import UnitOfWork


async def register(uow: UnitOfWork, registration: NewCustomer) -> Answer:
    """Create a customer (201), or complete the provisional one that has its external ids already (200).

    Raises 409 when an external id belongs to a registered customer, 422 when one looks like personal data, or when a
    consent was given in the future.
    """
    policy = (await INTAKE_POLICY.in_force(uow.connection)).policy
    said = words_of(uow, registration, policy)
    owners = await _owners(uow, registration)
    if owners:
        return await _complete(uow, owners, registration, said, policy)
    new = newcomer(uow, registration, said, policy)
    (event_id,) = await create(uow, [new])
    return changed_customer(new.record, event_id=event_id, status=201)


async def _owners(uow: UnitOfWork, profile: Profile) -> dict[str, UUID]:
    refs = [CustomerRef(source=known.source, external_id=known.external_id) for known in profile.external_ids]
    locked = await repository.lock(uow.connection, refs) if refs else {}
    return {str(ref.source): customer.id for ref, customer in locked.items()}


async def _complete(
    uow: UnitOfWork,
    owners: Mapping[str, UUID],
    registration: NewCustomer,
    said: Sequence[Said],
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
        profile=registration.profile,
        consents=(*before.consents, *(consent for consent, _ in said)),
        updated_at=uow.now,
    ).with_profiling(policy.profiling_basis, uow.now)
    await repository.update(uow.connection, after)
    await consents.record_all(uow.connection, [(after.id, *word) for word in said], at=system_now())
    if taken := await replace_identities(uow, before=before, after=after):
        raise external_id_conflict(taken)
    event_id = announce(uow, CustomerUpdated, before=before, after=after)
    return changed_customer(after, event_id=event_id)
