"""How many purchases a second a chain takes in for as long as one likes.

Clients send as fast as they are answered, and rest while more than a window of accepted work is still under way. Over
half a minute the accepted rate is then the rate at which the whole chain works. A trial counts if the chain settles
within five seconds after the last purchase; the window of the next trial is chosen by how long it took.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from lealtad_bench.subject import NotAcceptedError, Subject

SETTLED_WITHIN_S = 5.0
AIM_S = 3.5
"""How long a chain with the right window takes to settle."""
WORST_STEP = 4.0
"""No window is more than so many times larger or smaller than the one before."""
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
        """Whether the chain kept up."""
        return self.settled_s <= SETTLED_WITHIN_S

    @property
    def rate(self) -> float:
        """Purchases accepted per second."""
        return self.accepted / self.seconds


@dataclass(frozen=True, slots=True)
class Load:
    """How the load is made."""

    clients: int
    purchases: int
    """In one request or transaction."""
    seconds: float
    trials: int
    first_window: int


def next_window(trial: Trial) -> int | None:
    """Return the window of another trial, or None where the last one was right: settled in time and not too early."""
    if AIM_S / 2 <= trial.settled_s <= SETTLED_WITHIN_S:
        return None
    factor = AIM_S / max(trial.settled_s, AIM_S / WORST_STEP)
    return max(1, round(trial.window * max(factor, 1 / WORST_STEP)))


def best(trials: Sequence[Trial]) -> Trial | None:
    """Return the trial with the highest rate among those that the chain kept up with."""
    return max((trial for trial in trials if trial.sustained), key=lambda trial: trial.rate, default=None)


async def find_highest(subject: Subject, load: Load) -> list[Trial]:
    """Try windows until one is right, at most as often as the load allows; return all trials."""
    trials: list[Trial] = []
    window: int | None = load.first_window
    while window is not None and len(trials) < load.trials:
        trials.append(await attempt(subject, load, window))
        window = next_window(trials[-1])
    return trials


async def attempt(subject: Subject, load: Load, window: int) -> Trial:
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
                    await subject.send(load.purchases)
                except NotAcceptedError:
                    refused += load.purchases
                    await asyncio.sleep(LOOK_S)
                else:
                    accepted += load.purchases

    watch = asyncio.create_task(_hold_back(subject, window, may_send))
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
    settled_s = await subject.settle()
    return Trial(window=window, accepted=accepted, refused=refused, seconds=seconds, settled_s=settled_s)


async def _within(event: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        return await asyncio.wait_for(event.wait(), seconds)
    return False


async def _hold_back(subject: Subject, window: int, may_send: asyncio.Event) -> None:
    try:
        while True:
            if await subject.backlog() <= window:
                may_send.set()
            else:
                may_send.clear()
            await asyncio.sleep(LOOK_S)
    finally:
        # Whatever ends the watch, no client is left waiting.
        may_send.set()
