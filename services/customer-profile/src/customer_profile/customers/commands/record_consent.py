"""Use case: record what a customer said about a purpose."""

from dataclasses import replace

from customer_profile.consents import repository
from customer_profile.consents.commands import word_of
from customer_profile.consents.queries import consent_entry
from customer_profile.consents.schemas import NewConsent
from customer_profile.customers import repository as customers
from customer_profile.customers.events import announce
from customer_profile.customers.queries import lock_customer
from customer_profile.policy.models import INTAKE_POLICY
from lealtad.clock import system_now
from lealtad.events.catalog.customer_profile import CustomerConsentChanged
from lealtad.http import Answer
from lealtad.unit_of_work import UnitOfWork


async def record_consent(uow: UnitOfWork, ref: str, said: NewConsent) -> Answer:
    """Add a statement to the history; it takes effect unless a newer one stands (201, or 200 for the same again).

    Raises 404, 409, 410, and 422 when it was given in the future.
    """
    before = await lock_customer(uow, ref)
    # Read after the customer was locked: a basis that is in force from now on is seen, or the customer is due again.
    policy = (await INTAKE_POLICY.in_force(uow.connection)).policy
    consent = word_of(said, policy, uow.now)
    row = await repository.record(uow.connection, before.id, consent, source=said.source, at=system_now())
    known = consent in before.consents
    after = before
    if not known:
        after = replace(before, consents=(*before.consents, consent)).with_profiling(policy.profiling_basis, uow.now)
    event_id = announce(uow, CustomerConsentChanged, before=before, after=after)
    if event_id:
        after = replace(after, version=before.version + 1, updated_at=uow.now)
        await customers.update(uow.connection, after)
    body = {**consent_entry(row, after.consents, uow.now), "customer_id": before.id, "event_id": event_id}
    return Answer(body, status=200 if known else 201)
