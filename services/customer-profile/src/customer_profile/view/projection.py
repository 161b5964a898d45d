"""Folding the announcements of the other services into the 360 view."""

from collections.abc import Sequence
from datetime import datetime

from customer_profile.view import repository
from customer_profile.view.schemas import Part
from lealtad.events.catalog.campaigns import NextBestActionChanged, OfferResponse
from lealtad.events.catalog.churn_scoring import ChurnScored
from lealtad.events.catalog.complaints import OPEN_STATUSES, CaseState
from lealtad.events.catalog.segmentation import MembershipsChanged
from lealtad.events.envelope import Event
from lealtad.unit_of_work import UnitOfWork

Announcement = ChurnScored | MembershipsChanged | NextBestActionChanged


async def project_announcements(uow: UnitOfWork, events: Sequence[Event[Announcement]]) -> None:
    """Keep the newest score, segments and next-best action of each customer, by sequence."""
    rows = []
    for event in events:
        part, as_of = _part(event.data)
        rows.append(
            {
                "customer_id": event.data.customer_id,
                "part": part,
                "sequence": event.sequence,
                "event_id": event.id,
                "as_of": as_of,
                "data": event.data.model_dump_json(exclude={"causes"}),
            }
        )
    await repository.put_announced(uow.connection, rows)


async def project_cases(uow: UnitOfWork, events: Sequence[Event[CaseState]]) -> None:
    """Keep the newest state of each case, by its version: its key changes when it is attached to a customer."""
    rows = [
        {
            "case_id": event.data.case_id,
            "version": event.data.version,
            "customer_id": event.data.customer_id,
            "open": event.data.status in OPEN_STATUSES,
            "opened_at": event.data.opened_at,
            "as_of": event.data.occurred_at,
            "data": event.data.model_dump_json(),
        }
        for event in events
    ]
    await repository.put_cases(uow.connection, rows)


async def project_responses(uow: UnitOfWork, events: Sequence[Event[OfferResponse]]) -> None:
    """Keep every response to an offer once."""
    rows = [
        {
            "event_id": event.id,
            "customer_id": event.data.customer_id,
            "response": event.type.split(".")[2].removeprefix("offer-"),
            "occurred_at": event.data.occurred_at,
            "data": event.data.model_dump_json(),
        }
        for event in events
    ]
    await repository.add_responses(uow.connection, rows)


def _part(data: Announcement) -> tuple[Part, datetime]:
    match data:
        case ChurnScored():
            return Part.SCORE, data.as_of
        case MembershipsChanged():
            return Part.SEGMENTS, data.as_of
        case NextBestActionChanged():
            return Part.NEXT_BEST_ACTION, data.decided_at
