"""Fixtures of the customer profile's tests: a database, a client, and a shop that tells us what happened."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
import pytest

from customer_profile.service import SERVICE
from lealtad.testing.driving import client_for

MORNING = "2011-03-01T08:00:00Z"


@dataclass
class Shop:
    """A web shop that sends facts; each gets a fact id of its own unless the story says otherwise."""

    client: httpx.AsyncClient
    system: str = "web-shop"
    numbers: count = field(default_factory=lambda: count(1))

    def fact(self, fact_id: str | None = None, **content: Any) -> dict[str, Any]:
        source = {"system": self.system, "fact_id": fact_id or f"F{next(self.numbers)}"}
        return {"customer": "web-shop:17850", "source": source, "occurred_at": MORNING, **content}

    def purchase(self, fact_id: str | None = None, **content: Any) -> dict[str, Any]:
        return self.fact(fact_id, **{"lines": [self.line()], **content})

    def line(self, sku: str = "A", quantity: Any = "2", unit_price: Any = "1.25", **more: Any) -> dict[str, Any]:
        return {"sku": sku, "quantity": quantity, "unit_price": unit_price, **more}

    def contract(self, fact_id: str | None = None, **content: Any) -> dict[str, Any]:
        monthly = {"amount": "29.90", "currency": "EUR"}
        return self.fact(fact_id, **{"product_line": "broadband", "monthly_amount": monthly, **content})

    async def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        return await self.client.post(f"/v1/{path}", json=body, headers=headers)

    async def buys(self, fact_id: str | None = None, **content: Any) -> httpx.Response:
        return await self.post("purchases", self.purchase(fact_id, **content))

    async def view(self, ref: str = "web-shop:17850", include: str | None = None) -> dict[str, Any]:
        parameters = {} if include is None else {"include": include}
        answer = await self.client.get(f"/v1/customers/{ref}", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def registers(self, **profile: Any) -> dict[str, Any]:
        answer = await self.post("customers", profile)
        assert answer.status_code == 201, answer.text
        return answer.json()


@pytest.fixture
async def database(database_for):
    return await database_for(SERVICE)


@pytest.fixture
async def client(database) -> AsyncIterator[httpx.AsyncClient]:
    async with client_for(SERVICE, database) as client:
        yield client


@pytest.fixture
def shop(client) -> Shop:
    return Shop(client)


@pytest.fixture
def change_policy(client):
    """Give a function that changes values of the intake policy."""

    async def change(**values: Any) -> None:
        current = await client.get("/v1/intake-policy")
        known = {
            name: value for name, value in current.json().items() if name not in ("version", "changed_at", "changed_by")
        }
        answer = await client.put(
            "/v1/intake-policy", json={**known, **values}, headers={"If-Match": current.headers["etag"]}
        )
        assert answer.status_code == 200, answer.text

    return change
