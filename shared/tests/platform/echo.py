"""A tiny service for tests of the platform: it counts purchases per customer and publishes the count as a score.

It stands in for churn-scoring on the graph of subscriptions. A line with the sku `poison` can never be handled.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import text

from lealtad.app import DatabasePart, HttpPart, Service, StreamPart
from lealtad.app.parts import Restore
from lealtad.db import metadata
from lealtad.due import DueAction
from lealtad.errors import PermanentError
from lealtad.events.catalog.churn_scoring import ChurnScored
from lealtad.events.catalog.customer_profile import PurchaseRecorded
from lealtad.events.envelope import Event
from lealtad.events.model import Causes
from lealtad.events.subscriptions import READERS
from lealtad.kafka.consume.projections import Projections, React
from lealtad.unit_of_work import Touched, UnitOfWork

SEE = text("""
    INSERT INTO seen (event_id, customer_id, place)
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:customers AS uuid[]), CAST(:places AS bigint[]))
    ON CONFLICT DO NOTHING
""")
COUNT = text("""
    SELECT customer_id, count(*) AS number FROM seen WHERE customer_id = ANY(CAST(:ids AS uuid[])) GROUP BY customer_id
""")
DUE = text("""
    UPDATE reminder SET due_at = NULL WHERE customer_id IN (
        SELECT customer_id FROM reminder WHERE due_at <= :now ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING customer_id
""")
REMINDERS_DUE = "SELECT 1 FROM reminder WHERE due_at <= :now"

projections = Projections()


@projections.on(PurchaseRecorded)
async def see(uow: UnitOfWork, events: Sequence[Event[PurchaseRecorded]]) -> None:
    if any(event.data.lines[0].sku == "poison" for event in events):
        raise PermanentError("this purchase is poison")
    await uow.connection.execute(
        SEE,
        {
            "ids": [event.id for event in events],
            "customers": [event.key for event in events],
            "places": [event.sequence for event in events],
        },
    )


@projections.on(
    *[model for item in READERS["churn-scoring"].subscriptions for model in item.types if model is not PurchaseRecorded]
)
async def skip(uow: UnitOfWork, events: Sequence[Event[Any]]) -> None:
    for event in events:
        uow.ignore(event, "the echo counts purchases only")


async def react(uow: UnitOfWork, touched: Touched) -> None:
    rows = await uow.connection.execute(COUNT, {"ids": list(touched)})
    for row in rows:
        uow.emit(
            a_score(row.customer_id, row.number, uow.now, touched[row.customer_id]),
            key=row.customer_id,
            causes=touched[row.customer_id],
        )


def a_score(customer_id: Any, number: int, now: datetime, causes: Sequence[Any]) -> ChurnScored:
    return ChurnScored(
        customer_id=customer_id,
        probability=Decimal(number) / 10_000,
        horizon_days=90,
        policy_version=1,
        as_of=now,
        causes=Causes.of(causes),
    )


async def remind(uow: UnitOfWork, limit: int) -> int:
    rows = await uow.connection.execute(DUE, {"now": uow.now, "limit": limit})
    for row in rows:
        cause = uow.due_cause(row.customer_id, "remind")
        uow.emit(a_score(row.customer_id, 0, uow.now, [cause]), key=row.customer_id, causes=[cause])
    return len(rows)


ECHO = Service(
    name="churn-scoring",
    title="Echo",
    description="Counts purchases",
    http=HttpPart(),
    database=DatabasePart(Path(__file__).with_name("echo_migrations"), metadata()),
    stream=StreamPart(projections, react, due_actions=(DueAction("remind", remind, REMINDERS_DUE),)),
)


def echo_reacting(react: React) -> Service:
    """Return the service with another reaction."""
    return replace(ECHO, stream=replace(ECHO.require_stream(), react=react))


def echo_restoring(restore: Restore) -> Service:
    """Return the service with a way to restore its owned state."""
    return replace(ECHO, database=replace(ECHO.require_database(), restore=restore))
