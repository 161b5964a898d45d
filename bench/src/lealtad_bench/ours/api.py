"""The HTTP calls of the benchmark: a lean client, since it runs on the cores that it measures."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import aiohttp
import orjson

from lealtad_bench.ours.facts import reference
from lealtad_demo.client import CAMPAIGNS, PROFILE
from lealtad_local.stack import Stack

CONNECTIONS = 64
TIMEOUT_S = 60


class RefusedError(Exception):
    """A service answered otherwise than 2xx; the message is its problem document."""


class Api:
    """Calls to customer-profile and campaigns."""

    def __init__(self, session: aiohttp.ClientSession, urls: dict[str, str]) -> None:
        self._session = session
        self._profile, self._campaigns = urls[PROFILE], urls[CAMPAIGNS]

    @classmethod
    @asynccontextmanager
    async def of(cls, stack: Stack) -> AsyncIterator["Api"]:
        """Open connections to a running stack."""
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit_per_host=CONNECTIONS, limit=0),
            headers={"Authorization": f"Bearer {stack.token()}", "Content-Type": "application/json"},
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
        ) as session:
            yield cls(session, stack.urls())

    async def register(self, body: dict[str, Any]) -> str:
        """Register a customer; return the id."""
        return str((await self._post("/v1/customers", body))["id"])

    async def buy(self, body: dict[str, Any]) -> None:
        """Record one purchase."""
        await self._post("/v1/purchases", body)

    async def buy_batch(self, bodies: list[dict[str, Any]]) -> None:
        """Record a batch of purchases, of which none may be refused."""
        answer = await self._post("/v1/batches", {"facts": bodies})
        if answer["refused"]:
            problem = next(item["problem"] for item in answer["items"] if item.get("problem"))
            raise RefusedError(f"{answer['refused']} of {len(bodies)} facts were refused: {problem['detail']}")

    async def next_best_action(self, customer: str) -> dict[str, Any] | None:
        """Return the standing decision about a customer, if there is one."""
        address = f"{self._campaigns}/v1/customers/{reference(customer)}/next-best-action"
        async with self._session.get(address) as response:
            if response.status == HTTPStatus.NOT_FOUND:
                return None
            return dict(await _json(response))

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self._session.post(f"{self._profile}{path}", data=orjson.dumps(body)) as response:
            return dict(await _json(response))


async def _json(response: aiohttp.ClientResponse) -> Any:
    text = await response.read()
    if not response.ok:
        raise RefusedError(f"{response.method} {response.url.path} -> {response.status}: {text.decode()[:500]}")
    return orjson.loads(text)
