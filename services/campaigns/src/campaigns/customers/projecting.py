"""Fold the customers topic: the newest state of each customer, and what it is called elsewhere."""

from collections.abc import Sequence
from typing import Any

from campaigns.customers import repository
from lealtad.events.catalog.customer_profile import CustomerState
from lealtad.events.envelope import Event
from lealtad.unit_of_work import UnitOfWork


async def fold_customers(uow: UnitOfWork, events: Sequence[Event[CustomerState]]) -> None:
    """Keep the newest state by sequence; an older one has no effect."""
    changed = await repository.keep(uow.connection, [_row(event) for event in events])
    if not changed:
        return
    newest = {event.key: event for event in sorted(events, key=lambda event: event.sequence)}
    ids = [
        {"source": item.source, "external_id": item.external_id, "customer_id": customer}
        for customer in changed
        for item in newest[customer].data.external_ids
    ]
    await repository.replace_external_ids(uow.connection, changed, ids)


def _row(event: Event[CustomerState]) -> dict[str, Any]:
    state = event.data
    hours = state.contact_hours
    return {
        "customer_id": event.key,
        "sequence": event.sequence,
        "status": state.status,
        "merged_into": state.merged_into,
        "do_not_contact": state.do_not_contact,
        "language": state.language,
        "time_zone": state.time_zone,
        "contact_start": hours.start if hours else None,
        "contact_end": hours.end if hours else None,
        "preferred_channels": state.preferred_channels,
        "consents": [consent.model_dump(mode="json") for consent in state.consents],
        "registered_at": state.registered_at,
    }
