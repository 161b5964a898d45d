"""A load of purchases through the proxy, and the check that each accepted one is there once."""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus

import httpx

from lealtad_containers.errors import ProofError

CUSTOMERS = 40
PAUSE_S = 0.05
GIVE_UP_S = 120
"""How long one purchase is sent again after 503 until the proof fails."""
RECONNECT_S = 0.5
AMOUNT = "12.50"
LEAST = 20
"""Purchases that make a load."""
NO_ANSWER = "no answer"


@dataclass(slots=True)
class Load:
    """Purchases sent one after the other until `stop()`; `statuses` counts the answers, `accepted` the purchases."""

    client: httpx.AsyncClient
    run: str
    accepted: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    longest_s: float = 0.0
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)
    _sent: int = 0

    async def send_until_stopped(self) -> None:
        """Send purchases, each again after 503 as its `Retry-After` says; raise ProofError for any other failure."""
        while not self._stopped.is_set():
            await self.send()
            await asyncio.sleep(PAUSE_S)

    def stop(self) -> None:
        """Let the loop end after the purchase under way."""
        self._stopped.set()

    async def send(self) -> None:
        """Send one purchase until it is accepted."""
        self._sent += 1
        customer = f"{self.run}-{self._sent % CUSTOMERS}"
        body = {
            "source": {"system": "proof", "fact_id": f"{self.run}-{self._sent}", "customer_external_id": customer},
            "occurred_at": datetime.now(UTC).isoformat(),
            "total": {"amount": AMOUNT, "currency": "EUR"},
            "lines": [{"sku": "PROOF", "quantity": "1", "unit_price": AMOUNT}],
        }
        headers = {"Idempotency-Key": f"{self.run}-{self._sent}"}
        began = time.monotonic()
        while True:
            answer = await self._post(body, headers)
            if answer and answer.is_success:
                break
            if answer and not _may_be_sent_again(answer):
                raise ProofError(f"a purchase was answered {answer.status_code}: {answer.text}")
            if time.monotonic() - began > GIVE_UP_S:
                raise ProofError(f"a purchase was not accepted for {GIVE_UP_S} s: {dict(self.statuses)}")
            await asyncio.sleep(float(answer.headers["retry-after"]) if answer else RECONNECT_S)
        self.accepted[customer] += 1
        self.longest_s = max(self.longest_s, time.monotonic() - began)

    async def _post(self, body: object, headers: dict[str, str]) -> httpx.Response | None:
        """Return the answer, or None where the connection broke before it, as when the proxy is killed."""
        try:
            answer = await self.client.post("/customer-profile/v1/purchases", json=body, headers=headers)
        except httpx.TransportError:
            self.statuses[NO_ANSWER] += 1
            return None
        self.statuses[str(answer.status_code)] += 1
        return answer

    async def check(self) -> int:
        """Check that every customer has exactly the accepted purchases; return their number."""
        for customer, expected in self.accepted.items():
            path = f"/customer-profile/v1/customers/proof:{customer}"
            answer = await self.client.get(path, params={"include": "totals"})
            if not answer.is_success:
                raise ProofError(f"{path} was answered {answer.status_code}: {answer.text}")
            counted = answer.json()["totals"]["purchases"]
            if counted != expected:
                raise ProofError(f"{customer}: {expected} purchases were accepted, {counted} are there")
        return self.accepted.total()


def _may_be_sent_again(answer: httpx.Response) -> bool:
    return answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE and "retry-after" in answer.headers


@asynccontextmanager
async def under_load(client: httpx.AsyncClient) -> AsyncIterator[Load]:
    """Send purchases while the body runs; raise what the load meets."""
    load = Load(client, f"load-{uuid.uuid4().hex[:8]}")
    sending = asyncio.create_task(load.send_until_stopped())
    try:
        yield load
        load.stop()
        await sending
        await load.check()
        if load.accepted.total() < LEAST:
            raise ProofError(f"a load of {load.accepted.total()} purchases proves nothing")
    finally:
        sending.cancel()


def judge(load: Load) -> str:
    """Return what the load saw, for the report."""
    answers = ", ".join(f"{status} {number} times" for status, number in sorted(load.statuses.items()))
    unanswered = load.statuses[NO_ANSWER]
    note = f", {unanswered} without answer while the proxy was away" if unanswered else ""
    return (
        f"{load.accepted.total()} purchases accepted, all there once ({answers}{note}; longest {load.longest_s:.1f} s)"
    )
