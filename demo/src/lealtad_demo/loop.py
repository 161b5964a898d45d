"""The measurement of the loop, from a purchase sent over HTTP to a decision with that purchase among its causes."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from lealtad_demo.client import CAMPAIGNS, PROFILE, Apis
from lealtad_demo.facts import Fact, customer_ref

POLL_S, POLL_SHARE = 0.02, 0.05
"""Polling interval of a decision: 20 ms, later a twentieth of the elapsed time."""


@dataclass(slots=True)
class LoopMeter:
    """A meter that sends purchases one at a time, and polls for their decisions until it is stopped.

    A purchase that changes no decision is not measured: it has no end that could be seen. Use `stop` once the stack has
    settled; what was not seen until then did not happen.
    """

    apis: Apis
    seconds: list[float] = field(default_factory=list)
    _watches: list[asyncio.Task[None]] = field(default_factory=list)

    async def send(self, facts: Sequence[Fact]) -> None:
        """Send the facts one after the other, and start to poll for each decision."""
        for fact in facts:
            sent = time.perf_counter()
            answer = await self.apis.post(PROFILE, "/v1/purchases", fact.body)
            watch = self._watch(customer_ref(fact.customer), answer["event_id"], sent)
            self._watches.append(asyncio.create_task(watch))

    async def stop(self) -> None:
        """End the polling tasks, and raise any error of them."""
        watches, self._watches = self._watches, []
        for watch in watches:
            watch.cancel()
        for outcome in await asyncio.gather(*watches, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome

    async def _watch(self, ref: str, event_id: str, sent: float) -> None:
        while True:
            decision = await self.apis.find(CAMPAIGNS, f"/v1/customers/{ref}/next-best-action")
            if decision and event_id in decision["causes"]["ids"]:
                self.seconds.append(time.perf_counter() - sent)
                return
            await asyncio.sleep(max(POLL_S, POLL_SHARE * (time.perf_counter() - sent)))
