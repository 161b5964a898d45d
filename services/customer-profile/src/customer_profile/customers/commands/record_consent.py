"""Record a consent of a customer, or a refusal."""

from dataclasses import replace

from customer_profile.consents import repository as consents
from customer_profile.consents.commands import accept_consent
from customer_profile.consents.queries import consent_document
from customer_profile.consents.schemas import NewConsent
from customer_profile.customers import repository
from customer_profile.customers.events import emit_customer_state
from customer_profile.customers.queries import lock_customer
from customer_profile.policy.models import INTAKE_POLICY
from lealtad.clock import system_now
from lealtad.events.catalog.customer_profile import CustomerConsentChanged
from lealtad.http import Answer
from lealtad.unit_of_work import UnitOfWork


async def record_consent(uow: UnitOfWork, ref: str, new: NewConsent) -> Answer:
    """Add a statement to the history: 201, or 200 if an equal statement is there already.

    The statement takes effect unless a newer one decides. Raises 404, 409, 410, and 422 when it was given in the
    future.
    """
    before = await lock_customer(uow, ref)
    # Read the policy after the lock: either this transaction sees a new profiling basis, or the customer is due again.
    policy = (await INTAKE_POLICY.in_force(uow.connection)).policy
    statement = accept_consent(new, policy, uow.now)
    row = await consents.insert_or_find(uow.connection, before.id, statement, system_now())
    is_repeated = statement.consent in before.consents
    after = before
    if not is_repeated:
        stated = (*before.consents, statement.consent)
        after = replace(before, consents=stated).with_profiling(policy.profiling_basis, uow.now)
    event_id = emit_customer_state(uow, CustomerConsentChanged, before=before, after=after)
    if event_id:
        after = replace(after, version=before.version + 1, updated_at=uow.now)
        await repository.update(uow.connection, after)
    document = consent_document(row, after.consents, uow.now)
    return Answer(
        {**document, "customer_id": before.id, "event_id": event_id},
        status=200 if is_repeated else 201,
    )
