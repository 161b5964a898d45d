"""Projection of cases, each in its newest version."""

from collections.abc import Sequence

from lealtad.events.catalog.complaints import CaseState
from lealtad.events.envelope import Event
from lealtad.unit_of_work import UnitOfWork
from segmentation.facts.repository.states import keep_cases


async def project_cases(uow: UnitOfWork, events: Sequence[Event[CaseState]]) -> None:
    """Upsert the largest version of each case; a case without a known customer causes no reaction yet."""
    newest: dict[object, CaseState] = {}
    for event in sorted(events, key=lambda event: event.data.version):
        newest[event.data.case_id] = event.data
        if event.data.customer_id is None:
            uow.ignore(event, "the case has no known customer yet")
    await keep_cases(uow.connection, list(newest.values()))
