"""Clients' way of sending: the same request with the same Idempotency-Key until it is answered."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import httpx
from tenacity import (
    AsyncRetrying,
    RetryError,
    retry_if_exception_type,
    retry_if_result,
    stop_after_attempt,
    stop_after_delay,
    wait_random_exponential,
)
from tenacity.stop import stop_base

from .ledger import Write
from .stage import PATIENCE_S

Json = dict[str, Any]
PROFILE, COMPLAINTS, CAMPAIGNS = "customer-profile", "complaints", "campaigns"
CHURN, SEGMENTATION = "churn-scoring", "segmentation"
HURRY_S = 0.05
"""So long an impatient client waits for its only attempt."""


class UnansweredError(Exception):
    """Nobody knows what became of a request."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends requests to the services."""

    http: httpx.AsyncClient
    addresses: Mapping[str, str]

    async def get(self, service: str, path: str) -> httpx.Response:
        """Return the answer to a question, asked until it is answered."""
        return await _answered(partial(self.http.get, self.addresses[service] + path), stop_after_delay(PATIENCE_S))

    async def write(self, write: Write, service: str, path: str, body: Json, *, patient: bool = True) -> Json | None:
        """Send one write and note its answer; return the answer where it was accepted."""
        write.send()
        try:
            answer = await self._post(service, path, body, patient=patient)
        except UnansweredError:
            if patient:
                raise
            return None
        content: Json = answer.json()
        write.answer(answer.status_code, content)
        return content if answer.is_success else None

    async def write_batch(self, writes: Mapping[str, Write], facts: list[Json]) -> None:
        """Send facts in a batch, and those that were told to come back again, until all are answered for good."""
        for write in writes.values():
            write.send()
        while facts:
            answer = await self._post(PROFILE, "/v1/batches", {"facts": facts})
            items = zip(facts, answer.raise_for_status().json()["items"], strict=True)
            facts = []
            for fact, item in items:
                if item["status"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    facts.append(fact)
                else:
                    writes[fact["source"]["fact_id"]].answer(item["status"], item.get("problem", item))

    async def _post(self, service: str, path: str, body: Json, *, patient: bool = True) -> httpx.Response:
        request = partial(
            self.http.post, self.addresses[service] + path, json=body, headers={"Idempotency-Key": uuid4().hex}
        )
        if patient:
            return await _answered(request, stop_after_delay(PATIENCE_S))
        return await _answered(partial(request, timeout=HURRY_S), stop_after_attempt(1))


async def _answered(request: Callable[[], Awaitable[httpx.Response]], stop: stop_base) -> httpx.Response:
    attempts = AsyncRetrying(
        retry=retry_if_exception_type(httpx.TransportError) | retry_if_result(_asks_to_come_back),
        stop=stop,
        wait=wait_random_exponential(multiplier=0.1, max=2),
    )

    async def attempt() -> httpx.Response:
        # tenacity awaits what it can see to be a coroutine function; a partial is none.
        return await request()

    try:
        return await attempts(attempt)
    except RetryError as error:
        raise UnansweredError from error


def _asks_to_come_back(answer: httpx.Response) -> bool:
    status = answer.status_code
    return (
        status >= HTTPStatus.INTERNAL_SERVER_ERROR
        or status == HTTPStatus.TOO_MANY_REQUESTS
        or (status == HTTPStatus.CONFLICT and "retry-after" in answer.headers)
    )
