"""A database and an API of the service, and builders that tell a story in few words."""

from collections.abc import AsyncIterator, Awaitable, Callable
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
from lealtad.testing.driving import client_for, deliver
from lealtad.unit_of_work import Database

OpenCase = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def database(database_for: Callable[..., Awaitable[Database]]) -> Database:
    return await database_for(SERVICE)


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with client_for(SERVICE, database) as client:
        yield client


@pytest.fixture
def a_case() -> Callable[..., dict[str, Any]]:
    """Build the request of a case; named values replace or add members."""

    def build(**members: Any) -> dict[str, Any]:
        usual = {"kind": "complaint", "channel": "call-centre", "description": "It arrived broken."}
        return {**usual, **members}

    return build


@pytest.fixture
def open_case(client: httpx.AsyncClient, a_case: Callable[..., dict[str, Any]]) -> OpenCase:
    """Open a case over HTTP and answer it."""

    async def open_(**members: Any) -> dict[str, Any]:
        answer = await client.post("/v1/cases", json=a_case(**members))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    return open_


@pytest.fixture
def step(client: httpx.AsyncClient) -> OpenCase:
    """Take a step of a case over HTTP and answer the case after it."""

    async def take(case: dict[str, Any], step: str, **body: Any) -> dict[str, Any]:
        answer = await client.post(f"/v1/cases/{case['id']}/{step}", json=body)
        assert answer.is_success, answer.text
        return dict(answer.json())

    return take


@pytest.fixture
def read(client: httpx.AsyncClient) -> OpenCase:
    """Read a case again."""

    async def again(case: dict[str, Any]) -> dict[str, Any]:
        return dict((await client.get(f"/v1/cases/{case['id']}")).raise_for_status().json())

    return again


@pytest.fixture
def customer_event(clock: FixedClock) -> Callable[..., Event[Any]]:
    """Build the state of a customer as customer-profile tells it; external ids as `source:id`."""

    def build(*external_ids: str, customer: UUID | None = None, sequence: int = 1, **state: Any) -> Event[Any]:
        known = [ExternalId(source=source, external_id=id_) for source, id_ in (e.split(":") for e in external_ids)]
        usual = {"status": CustomerStatus.ACTIVE, "provisional": False, "registered_at": clock.now(), "changed": []}
        data = CustomerUpdated(external_ids=known, **usual | state)
        return an_event(data, key=customer or new_id(), sequence=sequence)

    return build


@pytest.fixture
def tier_event(clock: FixedClock) -> Callable[..., Event[Any]]:
    """Build the membership of a customer in a service tier."""

    def build(customer: UUID, tier: str | None, *, sequence: int = 1) -> Event[Any]:
        causes = Causes(ids=[new_id()], count=1)
        data = MembershipsChanged(
            customer_id=customer, segments=[], service_tier=tier, as_of=clock.now(), causes=causes
        )
        return an_event(data, key=customer, sequence=sequence)

    return build


@pytest.fixture
def gesture_event(clock: FixedClock) -> Callable[..., Event[Any]]:
    """Build the acceptance of an offer, by default one of service recovery."""

    def build(customer: UUID, *, kind: OfferKind = OfferKind.SERVICE_RECOVERY, event: Any = OfferAccepted) -> Event[Any]:
        data = event(
            customer_id=customer,
            decision_id=new_id(),
            response_id=new_id(),
            offer=OfferRef(offer_id=new_id(), key="sorry-voucher", version=1, kind=kind),
            channel=Channel.CALL_CENTRE,
            occurred_at=clock.now(),
        )
        return an_event(data, key=customer)

    return build


@pytest.fixture
def known_customer(database: Database, customer_event: Callable[..., Event[Any]]) -> Callable[..., Awaitable[UUID]]:
    """Let the service learn of a customer, and answer the customer's id."""

    async def learn(*external_ids: str) -> UUID:
        event = customer_event(*external_ids)
        await deliver(SERVICE, database, [event])
        return event.key

    return learn
