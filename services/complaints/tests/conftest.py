"""A database and an API of the service, with short builders of events and requests."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from complaints.service import SERVICE
from lealtad.clock import FixedClock
from lealtad.events.catalog.campaigns import OfferAccepted, OfferKind, OfferRef
from lealtad.events.catalog.customer_profile import Channel, CustomerStatus, CustomerUpdated, ExternalId
from lealtad.events.catalog.segmentation import MembershipsChanged
from lealtad.events.envelope import Event
from lealtad.events.model import Causes
from lealtad.ids import new_id
from lealtad.testing.builders import an_event
from lealtad.testing.driving import client_for, deliver, emitted, run_due, statements
from lealtad.unit_of_work import Database

EARLIER = datetime(2010, 12, 1, tzinfo=UTC)


class Desk:
    """The service as a test drives it: by requests, by events, and by the passing of time."""

    def __init__(self, client: httpx.AsyncClient, database: Database, clock: FixedClock) -> None:
        self.client = client
        self.database = database
        self.clock = clock

    async def try_to_open(self, **members: Any) -> httpx.Response:
        """Post a complaint; named members replace or add to the usual ones."""
        usual = {"kind": "complaint", "channel": "call-centre", "description": "It arrived broken."}
        return await self.client.post("/v1/cases", json={**usual, **members})

    async def open_case(self, **members: Any) -> dict[str, Any]:
        """Open a case and return it."""
        answer = await self.try_to_open(**members)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def try_to(self, step: str, case: dict[str, Any], **headers: str) -> httpx.Response:
        """Post a step without a note."""
        return await self.client.post(f"/v1/cases/{case['id']}/{step}", headers=headers)

    async def step(self, case: dict[str, Any], step: str, **body: Any) -> dict[str, Any]:
        """Apply a step, or another action, and return the case after it."""
        answer = await self.client.post(f"/v1/cases/{case['id']}/{step}", json=body)
        assert answer.is_success, answer.text
        return dict(answer.json())

    async def read(self, case: dict[str, Any]) -> dict[str, Any]:
        """Read a case again."""
        return dict((await self.client.get(f"/v1/cases/{case['id']}")).raise_for_status().json())

    async def history(self, case: dict[str, Any]) -> list[dict[str, Any]]:
        """Read the whole history of a case."""
        answer = await self.client.get(f"/v1/cases/{case['id']}/history", params={"limit": 1000})
        return list(answer.raise_for_status().json()["items"])

    async def hear(self, *events: Event[Any]) -> list[Event[Any]]:
        """Consume events in one batch and return the emitted events."""
        return await deliver(SERVICE, self.database, events)

    async def know(self, *external_ids: str) -> UUID:
        """Deliver the state of a new customer and return the customer's id."""
        event = self.a_customer(*external_ids)
        await self.hear(event)
        return event.key

    def a_customer(
        self, *external_ids: str, customer: UUID | None = None, sequence: int = 1, **state: Any
    ) -> Event[Any]:
        """Build the event of a customer's state; external ids are `source:id`."""
        ids = [ExternalId(source=source, external_id=id_) for source, id_ in (e.split(":") for e in external_ids)]
        usual = {"status": CustomerStatus.ACTIVE, "provisional": False, "registered_at": EARLIER, "changed": []}
        data = CustomerUpdated(external_ids=ids, **usual | state)
        return an_event(data, key=customer or new_id(), sequence=sequence)

    def a_tier(self, customer: UUID, tier: str | None, *, sequence: int = 1) -> Event[Any]:
        """Build the membership of a customer in a service tier."""
        causes = Causes(ids=[new_id()], count=1)
        now = self.clock.now()
        data = MembershipsChanged(customer_id=customer, segments=[], service_tier=tier, as_of=now, causes=causes)
        return an_event(data, key=customer, sequence=sequence)

    def a_gesture(
        self, customer: UUID, *, kind: OfferKind = OfferKind.SERVICE_RECOVERY, event: Any = OfferAccepted, **more: Any
    ) -> Event[Any]:
        """Build the acceptance of an offer, by default one of service recovery."""
        data = event(
            customer_id=customer,
            decision_id=new_id(),
            response_id=new_id(),
            offer=OfferRef(offer_id=new_id(), key="sorry-voucher", version=1, kind=kind),
            channel=Channel.CALL_CENTRE,
            occurred_at=self.clock.now(),
            **more,
        )
        return an_event(data, key=customer)

    async def time_passes(self, **delta: float) -> list[Event[Any]]:
        """Move the business clock on, run due actions, and return the emitted events."""
        self.clock.advance(**delta)
        return await run_due(SERVICE, self.database)

    async def announced(self) -> list[Event[Any]]:
        """Return all events so far."""
        return await emitted(self.database)

    def statements(self) -> AbstractContextManager[list[str]]:
        """Collect the SQL statements that the block executes."""
        return statements(self.database)


@pytest.fixture
async def desk(database_for: Callable[..., Awaitable[Database]], clock: FixedClock) -> AsyncIterator[Desk]:
    database = await database_for(SERVICE)
    async with client_for(SERVICE, database) as client:
        yield Desk(client, database, clock)
