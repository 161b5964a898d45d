"""The local stack for the replay, with stepped business time and settling before every step."""

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
        """Wait until all services have settled; raise NotSettledError after two minutes."""
        await settle(self.stack, self.operations, SETTLE_TIMEOUT_S)

    async def move_to(self, moment: datetime) -> None:
        """Advance business time to `moment`, after the stack has settled."""
        await self.settled()
        await asyncio.to_thread(clock.set_to, self.stack.home, moment)

    async def lag(self) -> dict[str, int]:
        """Return the number of unhandled events per service."""
        workers = {service.worker(0): service.name for service in SERVICES}
        answers = await read_progress(self.stack, self.operations, workers)
        return {workers[process]: sum((answer["lag"] or {}).values()) for process, answer in answers.items() if answer}
