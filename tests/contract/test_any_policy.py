"""Whatever policy one service accepts, the others understand what it says from then on."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.policy.schemas import NewContactPolicy
from campaigns.service import SERVICE as CAMPAIGNS
from churn_scoring.policy.schemas import NewScoringPolicy
from churn_scoring.service import SERVICE as CHURN_SCORING
from complaints.policy.schemas import PolicyDocument
from complaints.service import SERVICE as COMPLAINTS
from customer_profile.policy.schemas import IntakePolicy
from customer_profile.service import SERVICE as CUSTOMER_PROFILE
from lealtad.app import Service
from lealtad.events.envelope import Event
from lealtad.testing.documents import documents
from lealtad.testing.driving import client_for, deliver, emitted, run_due
from lealtad.testing.fuzzing import Caller, failures, some_documents
from lealtad.unit_of_work import Database
from segmentation.domain.value_policy import ValuePolicy
from segmentation.service import SERVICE as SEGMENTATION

from .services import SERVICES

POLICIES = (
    (CUSTOMER_PROFILE, "intake-policy", IntakePolicy),
    (SEGMENTATION, "value-policy", ValuePolicy),
    (CHURN_SCORING, "scoring-policy", NewScoringPolicy),
    (CAMPAIGNS, "contact-policy", NewContactPolicy),
    (COMPLAINTS, "service-policy", PolicyDocument),
)
MOST_HOPS = 8
numbers = count(1)


class World:
    """The five services, each with its database; records go from one to another at once."""

    def __init__(self, databases: dict[str, Database], callers: dict[str, Caller]) -> None:
        self.databases = databases
        self.callers = callers
        self.told: dict[str, int] = {}

    async def call(self, service: Service, method: str, path: str, **options: Any) -> Any:
        """Send a request, which must not fail."""
        return await self.callers[service.name](method, path, **options)

    async def settle(self) -> None:
        """Bring what was said to its readers, and let due work be done, until nobody says anything new."""
        for _ in range(MOST_HOPS):
            said = [event for service in SERVICES for event in await self._news(service)]
            if not said:
                return
            for service in SERVICES:
                if heard := _heard(service, said):
                    await deliver(service, self.databases[service.name], heard)
                await run_due(service, self.databases[service.name])
        raise AssertionError("the services do not come to rest")

    async def _news(self, service: Service) -> list[Event[Any]]:
        events = await emitted(self.databases[service.name], after=self.told.get(service.name, 0))
        self.told[service.name] = max([event.offset for event in events], default=self.told.get(service.name, 0))
        return events


def _heard(service: Service, events: Sequence[Event[Any]]) -> list[Event[Any]]:
    return [event for event in events if event.type in service.processing.types]


@pytest.fixture
async def world(database_for) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        databases = {service.name: await database_for(service) for service in SERVICES}
        clients = {
            service.name: await stack.enter_async_context(client_for(service, databases[service.name]))
            for service in SERVICES
        }
        yield World(databases, {name: Caller(client) for name, client in clients.items()})


async def live(world: World, clock) -> None:
    """Let a customer buy, complain and be asked about, time pass, and everybody be read."""
    number = next(numbers)
    source, at = {"system": "shop", "customer_external_id": "17850"}, clock.now().isoformat()
    money = {"amount": "99999999.99", "currency": "EUR"}
    line = {"sku": "85123A", "product_line": "lighting", "quantity": "1", "unit_price": money["amount"]}
    facts: dict[str, dict[str, Any]] = {
        "purchases": {"lines": [line]},
        "contracts": {"product_line": "broadband", "monthly_amount": money},
        "touchpoints": {"kind": "visit", "phase": "use", "sentiment": "negative"},
    }
    for path, fact in facts.items():
        named = {**source, "fact_id": f"{path}-{number}"}
        await world.call(CUSTOMER_PROFILE, "POST", path, json={"source": named, "occurred_at": at, **fact})
    await world.settle()
    case = {"kind": "complaint", "channel": "web", "description": "Broken.", "customer": "shop:17850"}
    opened = await world.call(COMPLAINTS, "POST", "cases", json=case)
    await world.settle()
    await world.call(CAMPAIGNS, "POST", "decisions", json={"customer": "shop:17850"})
    if opened:
        await world.call(COMPLAINTS, "POST", f"cases/{opened['id']}/resolve", json={})
    clock.advance(days=2)
    await world.settle()
    for service, path in (
        (CUSTOMER_PROFILE, "customers/shop:17850"),
        (SEGMENTATION, "customers/shop:17850/segments"),
        (CHURN_SCORING, "customers/shop:17850/churn-score"),
        (CAMPAIGNS, "customers/shop:17850/next-best-action"),
        (COMPLAINTS, "cases?customer=shop:17850"),
    ):
        await world.call(service, "GET", path)


@pytest.mark.smoke
@some_documents
@given(data=st.data())
async def test_what_a_service_says_under_any_policy_is_understood_by_all(world, clock, data):
    service, path, model = data.draw(st.sampled_from(POLICIES))
    caller = world.callers[service.name]
    shipped = await caller.shipped(path)
    if await caller.put(path, data.draw(documents(model, shipped))):
        await live(world, clock)
        assert [
            (name, failed) for name, database in world.databases.items() for failed in await failures(database)
        ] == []
        assert await caller.put(path, shipped)
