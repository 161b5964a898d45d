"""Creating customers whom nobody knows yet: one or many, with the same statements."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from customer_profile.consents import repository as consents
from customer_profile.consents.commands import word_of
from customer_profile.customers import repository
from customer_profile.customers.events import announce
from customer_profile.customers.schemas import NewCustomer
from customer_profile.domain.customer import CustomerRecord
from customer_profile.domain.profiling_permission import profiling_permission
from customer_profile.identities.commands import insert_identities, require_impersonal_external_ids
from customer_profile.policy.schemas import IntakePolicy
from lealtad.clock import system_now
from lealtad.consents import Consent
from lealtad.events.catalog.customer_profile import CustomerRegistered, CustomerStatus
from lealtad.ids import new_id
from lealtad.unit_of_work import UnitOfWork

Said = tuple[Consent, str]
"""What the customer said about a purpose, and where."""


class Newcomer(NamedTuple):
    """A customer to be stored, with what was said at the registration."""

    record: CustomerRecord
    said: Sequence[Said]


def words_of(uow: UnitOfWork, registration: NewCustomer, policy: IntakePolicy) -> list[Said]:
    """Return the consents that a registration tells.

    Raises 422 when an external id looks like personal data, or when a consent was given in the future.
    """
    require_impersonal_external_ids(registration, policy)
    return [(word_of(consent, policy, uow.now), consent.source) for consent in registration.consents]


def newcomer(uow: UnitOfWork, registration: NewCustomer, said: Sequence[Said], policy: IntakePolicy) -> Newcomer:
    """Return a registered customer of version 1."""
    consents_stated = tuple(consent for consent, _ in said)
    record = CustomerRecord(
        id=new_id(),
        version=1,
        status=CustomerStatus.ACTIVE,
        provisional=False,
        merged_into=None,
        erased_at=None,
        profile=registration.profile,
        do_not_contact_reason=None,
        do_not_contact_since=None,
        consents=consents_stated,
        profiling=profiling_permission(consents_stated, policy.profiling_basis, uow.now),
        registered_at=uow.now,
        updated_at=uow.now,
    )
    return Newcomer(record, said)


async def create(uow: UnitOfWork, newcomers: Sequence[Newcomer]) -> list[UUID | None]:
    """Store `newcomers` and announce them; return the ids of their events.

    Raises LostRaceError when a concurrent transaction took one of their external ids: run again.
    """
    records = [one.record for one in newcomers]
    await repository.insert(uow.connection, records)
    await insert_identities(uow, records)
    words = [(record.id, *word) for record, said in newcomers for word in said]
    await consents.record_all(uow.connection, words, at=system_now())
    return [announce(uow, CustomerRegistered, before=None, after=record) for record in records]
