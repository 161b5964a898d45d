"""Create customers whose external ids are new: one or many, with the same number of statements."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from customer_profile.consents import repository as consents
from customer_profile.consents.commands import accept_consent
from customer_profile.customers import repository
from customer_profile.customers.commands.check_birth_date import require_past_birth_date
from customer_profile.customers.events import emit_customer_state
from customer_profile.customers.schemas import NewCustomer
from customer_profile.domain.consent_statement import ConsentStatement
from customer_profile.domain.customer import CustomerRecord
from customer_profile.domain.profiling_permission import profiling_permission
from customer_profile.identities.commands import insert_identities, require_impersonal_external_ids
from customer_profile.policy.schemas import IntakePolicy
from lealtad.clock import system_now
from lealtad.events.catalog.customer_profile import CustomerRegistered, CustomerStatus
from lealtad.ids import new_id
from lealtad.unit_of_work import UnitOfWork


class Registration(NamedTuple):
    """A customer to be inserted, with the consents of the registration."""

    record: CustomerRecord
    statements: Sequence[ConsentStatement]


def accept_registration(uow: UnitOfWork, new: NewCustomer, policy: IntakePolicy) -> list[ConsentStatement]:
    """Return the consents of a registration.

    Raises 422 when an external id looks like personal data, or when the birth date or a consent lies in the future.
    """
    require_past_birth_date(new.birth_date, new.time_zone, uow.now)
    require_impersonal_external_ids(new, policy)
    return [accept_consent(consent, policy, uow.now) for consent in new.consents]


def new_registration(
    uow: UnitOfWork, new: NewCustomer, statements: Sequence[ConsentStatement], policy: IntakePolicy
) -> Registration:
    """Return a registered customer of version 1."""
    stated = tuple(statement.consent for statement in statements)
    record = CustomerRecord(
        id=new_id(),
        version=1,
        status=CustomerStatus.ACTIVE,
        provisional=False,
        merged_into=None,
        erased_at=None,
        profile=new.profile,
        do_not_contact_reason=None,
        do_not_contact_since=None,
        consents=stated,
        profiling=profiling_permission(stated, policy.profiling_basis, uow.now),
        registered_at=uow.now,
        updated_at=uow.now,
    )
    return Registration(record, statements)


async def create_customers(uow: UnitOfWork, registrations: Sequence[Registration]) -> list[UUID | None]:
    """Insert customers with their identities and consents, and emit their states; return the ids of the events.

    Raises LostRaceError when a concurrent transaction inserted one of their external ids: run again.
    """
    records = [registration.record for registration in registrations]
    await repository.insert(uow.connection, records)
    await insert_identities(uow, records)
    statements = [(record.id, statement) for record, stated in registrations for statement in stated]
    await consents.insert_missing(uow.connection, statements, system_now())
    return [emit_customer_state(uow, CustomerRegistered, before=None, after=record) for record in records]
