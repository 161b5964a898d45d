"""A tiny service for tests of rebuilds: it counts purchases per customer and announces a count when it changed.

It stands in for churn-scoring on the graph of subscriptions. A line with the sku `poison` cannot be folded as long as
the table `owned.poison` says so.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from lealtad.app import DatabasePart, HttpPart, Service, StreamPart
from lealtad.db import Connection, metadata
from lealtad.errors import PermanentError
from lealtad.events.catalog.customer_profile import PurchaseRecorded
from lealtad.events.envelope import Event
from lealtad.events.subscriptions import READERS
from lealtad.kafka.consume.projections import Projections
from lealtad.unit_of_work import Touched, UnitOfWork

from .echo import a_score

KEEP = text("""
    INSERT INTO purchase (event_id, customer_id)
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:customers AS uuid[])) ON CONFLICT DO NOTHING
    RETURNING customer_id
""")
ADD = text("""
    INSERT INTO tally (customer_id, number)
    SELECT * FROM unnest(CAST(:customers AS uuid[]), CAST(:numbers AS int[])) ORDER BY 1
    ON CONFLICT (customer_id) DO UPDATE SET number = tally.number + excluded.number
""")
CHANGED = text("""
    INSERT INTO announced SELECT customer_id, number FROM tally WHERE customer_id = ANY(CAST(:ids AS uuid[]))
    ORDER BY customer_id
    ON CONFLICT (customer_id) DO UPDATE SET number = excluded.number WHERE announced.number <> excluded.number
    RETURNING customer_id, number
""")
PAGE = text("""
    SELECT customer_id FROM tally WHERE CAST(:after AS uuid) IS NULL OR customer_id > :after
    ORDER BY customer_id LIMIT :limit
""")
POISONOUS = text("SELECT count(*) FROM poison")

projections = Projections()


@projections.on(PurchaseRecorded)
async def count(uow: UnitOfWork, events: Sequence[Event[PurchaseRecorded]]) -> None:
    if any(event.data.lines[0].sku == "poison" for event in events) and await uow.connection.scalar(POISONOUS):
        raise PermanentError("this purchase is poison")
    ids, keys = [event.id for event in events], [event.key for event in events]
    new = (await uow.connection.execute(KEEP, {"ids": ids, "customers": keys})).scalars()
    numbers = Counter(new)
    if numbers:
        await uow.connection.execute(ADD, {"customers": list(numbers), "numbers": list(numbers.values())})


@projections.on(
    *[model for item in READERS["churn-scoring"].subscriptions for model in item.types if model is not PurchaseRecorded]
)
async def skip(uow: UnitOfWork, events: Sequence[Event[Any]]) -> None:
    for event in events:
        uow.ignore(event, "only purchases are counted")


async def react(uow: UnitOfWork, touched: Touched) -> None:
    for row in await uow.connection.execute(CHANGED, {"ids": list(touched)}):
        causes = touched[row.customer_id]
        uow.emit(a_score(row.customer_id, row.number, uow.now, causes), key=row.customer_id, causes=causes)


async def every_customer(connection: Connection, after: UUID | None, limit: int) -> Sequence[UUID]:
    return (await connection.execute(PAGE, {"after": after, "limit": limit})).scalars()


TALLY = Service(
    name="churn-scoring",
    title="Tally",
    description="Counts purchases",
    http=HttpPart(),
    database=DatabasePart(Path(__file__).with_name("tally_migrations"), metadata()),
    stream=StreamPart(projections, react, every_customer=every_customer),
)
