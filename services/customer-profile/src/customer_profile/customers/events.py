"""Announcing a customer's state on the topic `customers`."""

from collections.abc import Sequence
from uuid import UUID

from customer_profile.domain.customer import CustomerRecord, changed_parts
from lealtad.events.catalog.customer_profile import CustomerState
from lealtad.events.cause import Cause
from lealtad.unit_of_work import UnitOfWork


def announce(
    uow: UnitOfWork,
    event: type[CustomerState],
    *,
    before: CustomerRecord | None,
    after: CustomerRecord,
    causes: Sequence[Cause] = (),
) -> UUID | None:
    """Emit the whole shareable state and return the event's id; None when nothing of it changed.

    A new name, say, is nobody else's business.
    """
    changed = changed_parts(before, after)
    if not changed:
        return None
    return uow.emit(event(**after.shareable(), changed=changed), key=after.id, causes=causes).id
