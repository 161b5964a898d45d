"""Contracts, each as it stands after its newest event."""

from collections.abc import Sequence

from lealtad.events.catalog.customer_profile import ContractFact
from lealtad.events.envelope import Event
from lealtad.unit_of_work import UnitOfWork
from segmentation.facts.repository import states as state_repository


async def project(uow: UnitOfWork, events: Sequence[Event[ContractFact]]) -> None:
    """Keep what the event that is newest in business time says; of two at one time, the one that was recorded later."""
    newest: dict[object, Event[ContractFact]] = {}
    for event in sorted(events, key=lambda event: (event.data.occurred_at, event.id)):
        newest[event.data.contract_id] = event
    await state_repository.keep_contracts(uow.connection, list(newest.values()))
