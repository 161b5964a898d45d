"""Stop and resume every contact with a customer."""

from dataclasses import replace

from customer_profile.customers import repository
from customer_profile.customers.events import emit_customer_state
from customer_profile.customers.queries import changed_customer, lock_customer
from lealtad.events.catalog.customer_profile import CustomerConsentChanged
from lealtad.http import Answer
from lealtad.unit_of_work import UnitOfWork


async def stop_contact(uow: UnitOfWork, ref: str, reason: str) -> Answer:
    """Set do-not-contact with its reason; `since` keeps the time of the first stop. Raises 404, 409, 410."""
    return await _set_do_not_contact(uow, ref, reason)


async def resume_contact(uow: UnitOfWork, ref: str) -> Answer:
    """Lift do-not-contact; consents are in force as before. Raises 404, 409, 410."""
    return await _set_do_not_contact(uow, ref, None)


async def _set_do_not_contact(uow: UnitOfWork, ref: str, reason: str | None) -> Answer:
    before = await lock_customer(uow, ref)
    if before.do_not_contact_reason == reason:
        return changed_customer(before, event_id=None)
    since = (before.do_not_contact_since or uow.now) if reason else None
    after = replace(
        before,
        version=before.version + 1,
        do_not_contact_reason=reason,
        do_not_contact_since=since,
        updated_at=uow.now,
    )
    await repository.update(uow.connection, after)
    event_id = emit_customer_state(uow, CustomerConsentChanged, before=before, after=after)
    return changed_customer(after, event_id=event_id)
