"""Purchases as another service would publish them."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from lealtad.events.catalog.customer_profile import PurchaseLine, PurchaseRecorded
from lealtad.events.catalog.shared_types import FactSource
from lealtad.events.cause import Lane
from lealtad.ids import new_id
from lealtad.money import Money
from lealtad.testing.builders import a_record, an_event

from .conftest import Bus

NOW = datetime(2011, 3, 1, tzinfo=UTC)


def a_purchase(customer_id: UUID, sku: str = "mug") -> PurchaseRecorded:
    return PurchaseRecorded(
        customer_id=customer_id,
        source=FactSource(system="shop", fact_id=str(new_id())),
        occurred_at=NOW,
        recorded_at=NOW,
        lines=[PurchaseLine(sku=sku, quantity=Decimal(1), unit_price=Decimal(2))],
        total=Money(amount=Decimal(2), currency="EUR"),
    )


async def publish(
    bus: Bus,
    customer_id: UUID,
    sequence: int = 1,
    *,
    sku: str = "mug",
    event_id: UUID | None = None,
    value: bytes | None = None,
    lane: Lane = Lane.LIVE,
) -> UUID:
    """Publish a purchase, or instead of its data `value`; return the event's id."""
    event = an_event(a_purchase(customer_id, sku), key=customer_id, sequence=sequence, event_id=event_id, lane=lane)
    record = a_record(event)
    await bus.producer.send_and_wait(
        f"{bus.prefix}.{event.topic}", key=record.key, value=value or record.value, headers=list(record.headers)
    )
    return event.id
