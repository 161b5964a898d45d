"""Keeps the newest shareable state of each customer."""

from collections.abc import Sequence

from churn_scoring.customers import repository
from lealtad.events.catalog.customer_profile import CustomerState
from lealtad.events.envelope import Event
from lealtad.unit_of_work import UnitOfWork


async def project(uow: UnitOfWork, events: Sequence[Event[CustomerState]]) -> None:
    """Keep the state with the largest sequence, and the external ids that it names."""
    newest = {event.key: event for event in sorted(events, key=lambda event: event.sequence)}
    changed = await repository.keep_states(uow.connection, [newest[key] for key in sorted(newest)])
    named = {(item.source, item.external_id): key for key in sorted(changed) for item in newest[key].data.external_ids}
    await repository.replace_external_ids(uow.connection, sorted(changed), named)
