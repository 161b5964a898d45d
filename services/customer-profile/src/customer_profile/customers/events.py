"""The events on the topic `customers`: the whole shareable state of a customer."""

from collections.abc import Sequence
from uuid import UUID

from customer_profile.domain.customer import CustomerRecord, changed_attributes
from lealtad.events.catalog.customer_profile import CustomerState
from lealtad.events.cause import Cause
from lealtad.unit_of_work import UnitOfWork


def emit_customer_state(
    uow: UnitOfWork,
    event: type[CustomerState],
    *,
    before: CustomerRecord | None,
    after: CustomerRecord,
    causes: Sequence[Cause] = (),
) -> UUID | None:
    """Emit the whole shareable state and return the event's id; None if nothing shareable changed.

    A new name, for example, is personal data and changes nothing shareable.
    """
    changed = changed_attributes(before, after)
    if not changed:
        return None
    return uow.emit(event(**after.shareable(), changed=changed), key=after.id, causes=causes).id
