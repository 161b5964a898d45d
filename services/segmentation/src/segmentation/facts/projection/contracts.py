"""Projection of contracts, each in the state after its newest event."""

from collections.abc import Sequence

from lealtad.events.catalog.customer_profile import ContractFact
from lealtad.events.envelope import Event
from lealtad.unit_of_work import UnitOfWork
from segmentation.facts.repository.states import keep_contracts


async def project_contracts(uow: UnitOfWork, events: Sequence[Event[ContractFact]]) -> None:
    """Upsert the state of the event that is newest in business time; of two at one time, of the one recorded later."""
    newest: dict[object, Event[ContractFact]] = {}
    for event in sorted(events, key=lambda event: (event.data.occurred_at, event.id)):
        newest[event.data.contract_id] = event
    await keep_contracts(uow.connection, list(newest.values()))
