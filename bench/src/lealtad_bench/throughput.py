"""The sustained throughput of a chain, in purchases per second.

Clients send as fast as they are answered, and pause while more than a window of accepted work is unfinished. Over
half a minute the accepted rate is then the rate of the whole chain. A trial counts if the chain settles
within five seconds after the last purchase; the window of the next trial is chosen by how long it took.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from lealtad_bench.measured_chain import MeasuredChain, NotAcceptedError

SETTLED_WITHIN_S = 5.0
AIM_S = 3.5
"""Seconds in which a chain with the right window settles."""
WORST_STEP = 4.0
"""Largest factor between two successive windows."""
LOOK_S = 0.25


class Trial(BaseModel):
    """One trial of full load."""

    model_config = ConfigDict(frozen=True)

    window: int = Field(description="Clients rested while more was under way (ours: events, floor: purchases)")
    accepted: int
    refused: int = Field(default=0, description="Purchases that were refused or not answered")
    seconds: float
    settled_s: float = Field(description="From the last purchase accepted to nothing under way")

    @property
    def sustained(self) -> bool:
        """Return whether the chain kept up."""
        return self.settled_s <= SETTLED_WITHIN_S

    @property
    def rate(self) -> float:
        """Return the purchases accepted per second."""
        return self.accepted / self.seconds


@dataclass(frozen=True, slots=True)
class Load:
    """The clients, sizes and durations of a load."""

    clients: int
    purchases: int
    """Purchases in one request or transaction."""
    seconds: float
    trials: int
    first_window: int


def next_window(trial: Trial) -> int | None:
    """Return the window of another trial, or None if the last one settled in time and not too early."""
    if AIM_S / 2 <= trial.settled_s <= SETTLED_WITHIN_S:
        return None
    factor = AIM_S / max(trial.settled_s, AIM_S / WORST_STEP)
    return max(1, round(trial.window * max(factor, 1 / WORST_STEP)))


def best(trials: Sequence[Trial]) -> Trial | None:
    """Return the sustained trial with the highest rate."""
    return max((trial for trial in trials if trial.sustained), key=lambda trial: trial.rate, default=None)


async def find_highest(chain: MeasuredChain, load: Load) -> list[Trial]:
    """Run trials until a window is right, within the limit of the load; return all trials."""
    trials: list[Trial] = []
    window: int | None = load.first_window
    while window is not None and len(trials) < load.trials:
        trials.append(await attempt(chain, load, window))
        window = next_window(trials[-1])
    return trials


async def attempt(chain: MeasuredChain, load: Load, window: int) -> Trial:
    """Run one trial."""
    may_send = asyncio.Event()
    may_send.set()
    began = time.monotonic()
    accepted, refused = 0, 0

    async def client() -> None:
        nonlocal accepted, refused
        while (left := began + load.seconds - time.monotonic()) > 0:
            if await _within(may_send, left):
                try:
                    await chain.send(load.purchases)
                except NotAcceptedError:
                    refused += load.purchases
                    await asyncio.sleep(LOOK_S)
                else:
                    accepted += load.purchases

    watch = asyncio.create_task(_hold_back(chain, window, may_send))
    try:
        async with asyncio.TaskGroup() as clients:
            for _ in range(load.clients):
                clients.create_task(client())
    finally:
        watch.cancel()
        await asyncio.wait({watch})
    if not watch.cancelled() and (failure := watch.exception()):
        raise failure
    seconds = time.monotonic() - began
    settled_s = await chain.settle()
    return Trial(window=window, accepted=accepted, refused=refused, seconds=seconds, settled_s=settled_s)


async def _within(event: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        return await asyncio.wait_for(event.wait(), seconds)
    return False


async def _hold_back(chain: MeasuredChain, window: int, may_send: asyncio.Event) -> None:
    try:
        while True:
            if await chain.backlog() <= window:
                may_send.set()
            else:
                may_send.clear()
            await asyncio.sleep(LOOK_S)
    finally:
        # However the watch ends, no client keeps waiting.
        may_send.set()
