"""The progress of the services: their `/progress`, and a wait until nothing moves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any

import httpx

from lealtad_local.services import SERVICES
from lealtad_local.stack import Stack

POLL_S = 0.05
ANSWER_S = 5
"""The longest wait for one process."""

Progress = dict[str, Any]
"""The answer of one process; see docs/platform.md."""


class NotSettledError(Exception):
    """A stack that still moves after the time; the message says what moves."""


async def read_progress(
    stack: Stack, client: httpx.AsyncClient, processes: Iterable[str]
) -> dict[str, Progress | None]:
    """Return the answers of `processes` (workers or APIs) by name; None for a silent or missing one."""

    async def read(process: str) -> tuple[str, Progress | None]:
        if process not in stack.state.processes:
            return process, None
        try:
            answer = await client.get(f"{stack.address(process)}/progress", timeout=ANSWER_S)
            progress: Progress = answer.raise_for_status().json()
        except httpx.HTTPError:
            return process, None
        return process, progress

    return dict(await asyncio.gather(*map(read, processes)))


async def settle(stack: Stack, client: httpx.AsyncClient, timeout_s: float = 60) -> float:
    """Wait until outboxes are empty, positions are at end offsets and nothing is due; return the seconds.

    Two readings in turn must be settled and equal: a single reading may ask the reader of a topic before its writer.
    `client` carries a token (`Stack.client`). Raise `NotSettledError` after `timeout`.
    """
    began = time.monotonic()
    # A worker reports the progress of its whole service, so one worker of each is enough. A reading costs the services
    # work: ask the first that still moved alone, and all of them when it rests.
    workers = [service.worker(0) for service in SERVICES]
    progress: dict[str, Progress | None] = {}
    moving: list[str] = []
    before = None
    while time.monotonic() - began < timeout_s:
        asked = moving[:1] or workers
        progress |= await read_progress(stack, client, asked)
        now = _positions(progress) if asked == workers else None
        if now is not None and now == before:
            return time.monotonic() - began
        before = now
        moving = [worker for worker in asked if not _is_settled(progress[worker])]
        if moving:
            await asyncio.sleep(POLL_S)
    raise NotSettledError(f"Not settled after {timeout_s:.0f} s: {'; '.join(_moving(progress))}")


def _is_settled(answer: Progress | None) -> bool:
    return answer is not None and bool(answer["settled"])


def _positions(progress: dict[str, Progress | None]) -> object:
    """Return the values that must not change between two readings; None while anything is unsettled."""
    if not all(map(_is_settled, progress.values())):
        return None
    return {process: answer["positions"] for process, answer in progress.items() if answer}


def _moving(progress: dict[str, Progress | None]) -> list[str]:
    open_work = [
        f"{process}: {describe(answer) if answer else 'no answer'}"
        for process, answer in progress.items()
        if not _is_settled(answer)
    ]
    return open_work or ["events keep arriving"]


def describe(answer: Progress) -> str:
    """Render the open work in an answer."""
    counts = {
        "outbox rows": answer["outbox"]["rows"],
        "events behind": sum((answer["lag"] or {}).values()),
        "due": sum(answer["due"].values()),
        "pending reactions": answer["pending_reactions"],
    }
    found = [f"{count} {name}" for name, count in counts.items() if count]
    return ", ".join(found or (["Kafka does not answer"] if answer["lag"] is None else ["nothing"]))
