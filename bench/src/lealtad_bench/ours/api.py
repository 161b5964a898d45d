"""The HTTP calls of the benchmark, by a lean client, since it shares cores with the measured stack."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import aiohttp
import orjson

from lealtad_bench.measured_chain import NotAcceptedError
from lealtad_bench.ours.facts import reference
from lealtad_demo.client import CAMPAIGNS, PROFILE
from lealtad_local.stack import Stack

CONNECTIONS = 64
STAND = 'lealtad_loop_longest_stand_seconds{loop="event-loop"} '
TIMEOUT_S = 60


class Api:
    """Calls to customer-profile and campaigns."""

    def __init__(self, session: aiohttp.ClientSession, urls: dict[str, str]) -> None:
        self._session = session
        self._profile, self._campaigns = urls[PROFILE], urls[CAMPAIGNS]

    @classmethod
    @asynccontextmanager
    async def of(cls, stack: Stack, connections: int = CONNECTIONS) -> AsyncIterator["Api"]:
        """Open connections to a running stack, at most so many to each service."""
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit_per_host=connections, limit=0),
            headers={"Authorization": f"Bearer {stack.token()}", "Content-Type": "application/json"},
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
        ) as session:
            yield cls(session, stack.urls())

    async def register(self, body: dict[str, Any]) -> str:
        """Register a customer; return the id."""
        return str((await self._post("/v1/customers", body))["id"])

    async def buy(self, body: dict[str, Any], key: str | None = None) -> None:
        """Record one purchase, with an `Idempotency-Key` or without one."""
        await self._post("/v1/purchases", body, {"Idempotency-Key": key} if key else {})

    async def buy_batch(self, bodies: list[dict[str, Any]], mode: str = "live") -> None:
        """Record a batch of purchases, `live` or as a `backfill`; raise if one is refused."""
        answer = await self._post("/v1/batches", {"mode": mode, "facts": bodies})
        if answer["refused"]:
            problem = next(item["problem"] for item in answer["items"] if item.get("problem"))
            raise NotAcceptedError(f"{answer['refused']} of {len(bodies)} facts were refused: {problem['detail']}")

    async def next_best_action(self, customer: str) -> dict[str, Any] | None:
        """Return the current decision about a customer, or None."""
        address = f"{self._campaigns}/v1/customers/{reference(customer)}/next-best-action"
        status, body = await self._call("GET", address)
        return None if status == HTTPStatus.NOT_FOUND else _accepted(status, body)

    async def longest_stands_ms(self) -> dict[str, float]:
        """Return the longest block of each event loop since the last call."""
        return {
            name: _longest_stand_ms(await self._text(f"{url}/metrics"))
            for name, url in ((PROFILE, self._profile), (CAMPAIGNS, self._campaigns))
        }

    async def _text(self, url: str) -> str:
        async with self._session.get(url) as answer:
            return await answer.text()

    async def _post(self, path: str, body: dict[str, Any], headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        return _accepted(*await self._call("POST", f"{self._profile}{path}", orjson.dumps(body), headers))

    async def _call(
        self, method: str, address: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        try:
            async with self._session.request(method, address, data=body, headers=headers) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NotAcceptedError(f"{method} {address}: {error or type(error).__name__}") from error


def _accepted(status: int, body: bytes) -> dict[str, Any]:
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise NotAcceptedError(f"answered {status}: {body.decode()[:500]}")
    return dict(orjson.loads(body))


def _longest_stand_ms(metrics: str) -> float:
    found = next(line for line in metrics.splitlines() if line.startswith(STAND))
    return round(float(found.removeprefix(STAND)) * 1000, 1)
