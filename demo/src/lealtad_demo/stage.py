"""The local stack as the replay needs it: business time that is stepped, and rest before every step."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import httpx

from lealtad_demo.client import Apis
from lealtad_local import clock
from lealtad_local.progress import read_progress, settle
from lealtad_local.services import SERVICES
from lealtad_local.stack import Stack

SETTLE_TIMEOUT_S = 120


@dataclass(frozen=True, slots=True)
class Stage:
    """A running stack under a stack clock, and clients for it."""

    stack: Stack
    apis: Apis
    operations: httpx.AsyncClient

    @classmethod
    @asynccontextmanager
    async def on(cls, stack: Stack) -> AsyncIterator["Stage"]:
        """Open the clients for a running stack."""
        async with Apis(stack.urls(), stack.token()) as apis, stack.client() as operations:
            yield cls(stack, apis, operations)

    async def settled(self) -> None:
        """Wait until nothing moves any more; raise NotSettledError after two minutes."""
        await settle(self.stack, self.operations, SETTLE_TIMEOUT_S)

    async def move_to(self, moment: datetime) -> None:
        """Let business time go on to `moment`, once everything before it has settled."""
        await self.settled()
        await asyncio.to_thread(clock.set_to, self.stack.home, moment)

    async def lag(self) -> dict[str, int]:
        """Return how many events each service has not handled yet."""
        workers = {service.worker(0): service.name for service in SERVICES}
        answers = await read_progress(self.stack, self.operations, workers)
        return {workers[process]: sum((answer["lag"] or {}).values()) for process, answer in answers.items() if answer}
