"""How far the services are: their `/progress`, and waiting until nothing moves any more."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx

from lealtad_local.services import SERVICES
from lealtad_local.stack import Stack

POLL_S = 0.05

Progress = dict[str, Any]
"""One process's answer; see docs/platform.md."""


class NotSettledError(Exception):
    """Something still moved when the time was over; the message says what."""


async def read_progress(stack: Stack, client: httpx.AsyncClient) -> dict[str, Progress | None]:
    """Return each service's progress as its first worker tells it; None where it does not answer."""

    async def read(address: str) -> Progress | None:
        try:
            answer = await client.get(f"{address}/progress", timeout=5)
            progress: Progress = answer.raise_for_status().json()
        except httpx.HTTPError:
            return None
        return progress

    answers = await asyncio.gather(*(read(stack.worker_address(service)) for service in SERVICES))
    return dict(zip((service.name for service in SERVICES), answers, strict=True))


async def settle(stack: Stack, timeout_s: float = 60, client: httpx.AsyncClient | None = None) -> float:
    """Wait until outboxes are empty, every position is at its end offset and nothing is due; return the seconds.

    Two readings in a row must be settled and equal: one alone may fall between a service's commit and the next one's
    poll. Raises `NotSettledError`.
    """
    began = time.monotonic()
    async with client or httpx.AsyncClient() as http:
        before: object = None
        while time.monotonic() - began < timeout_s:
            progress = await read_progress(stack, http)
            now = _marks(progress)
            if now is not None and now == before:
                return time.monotonic() - began
            before = now
            await asyncio.sleep(POLL_S if now is None else 0)
    raise NotSettledError(f"Not settled after {timeout_s:.0f} s: {'; '.join(_moving(progress))}")


def _marks(progress: dict[str, Progress | None]) -> object:
    """Return what must not change between two readings; None while anything is unsettled."""
    if not all(answer and answer["settled"] for answer in progress.values()):
        return None
    return {
        service: (answer["outbox"]["last_seq"], answer["positions"]) for service, answer in progress.items() if answer
    }


def _moving(progress: dict[str, Progress | None]) -> list[str]:
    return [
        f"{service} " + (describe(answer) if answer else "does not answer")
        for service, answer in progress.items()
        if not (answer and answer["settled"])
    ] or ["readings differ"]


def describe(answer: Progress) -> str:
    """Say in words what an answer still shows as open."""
    counts = {
        "outbox rows": answer["outbox"]["rows"],
        "events behind": sum(answer["lag"].values()),
        "due": sum(answer["due"].values()),
        "pending reactions": answer["pending_reactions"],
    }
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "is still starting"
