"""The preparation of customers whose next purchase changes score and segments."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from lealtad_bench.ours.api import Api
from lealtad_bench.ours.facts import Facts, registration

AT_ONCE = 16
BATCH = 500


@dataclass(frozen=True, slots=True)
class Customer:
    """A registered customer."""

    external_id: str
    id: str


async def register(api: Api, facts: Facts, number: int) -> list[Customer]:
    """Register so many customers, and record purchases some months ago."""
    customers: list[Customer] = []
    for start in range(0, number, BATCH):
        names = facts.customers(min(BATCH, number - start))
        ids = await _register(api, names)
        history = list(facts.history(names))
        for begin in range(0, len(history), BATCH):
            await api.buy_batch(history[begin : begin + BATCH])
        customers += [Customer(name, identity) for name, identity in zip(names, ids, strict=True)]
    return customers


async def _register(api: Api, names: Sequence[str]) -> list[str]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> str:
        async with gate:
            return await api.register(registration(name))

    return list(await asyncio.gather(*map(one, names)))
