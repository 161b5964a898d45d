"""The measurement of purchases with and without an `Idempotency-Key`, in turn on one stack."""

from dataclasses import dataclass

from lealtad.clock import system_now
from lealtad_bench.board import Board
from lealtad_bench.ours.chain import Ours
from lealtad_bench.ours.connections import connected
from lealtad_bench.ours.customers import register
from lealtad_bench.ours.facts import Facts
from lealtad_bench.throughput import Load, Trial, attempt
from lealtad_local.stack import Stack

UNLIMITED = 1_000_000_000
"""A window that no run fills: the rate of intake is measured, not of the chain behind it."""
WARM_UP_S = 5.0


@dataclass(frozen=True, slots=True)
class Rounds:
    """The load of each round, which measures one side after the other."""

    number: int
    clients: int
    seconds: float
    regulars: int = 1000


async def measure_keyed(stack: Stack, rounds: Rounds, board: Board) -> dict[str, list[Trial]]:
    """Return the trials of both sides, `unkeyed` and `keyed`, a pair for each round."""
    trials: dict[str, list[Trial]] = {"unkeyed": [], "keyed": []}
    async with connected(stack, rounds.clients) as connections:
        facts = Facts(system_now)
        async with board.step(f"registering {rounds.regulars} customers", rounds.regulars / 100):
            ours = Ours(connections, facts, await register(connections.api, facts, rounds.regulars))
            await ours.settle()
        async with board.step("warming up", 2 * WARM_UP_S):
            for name in trials:
                await _trial(ours, name, rounds.clients, WARM_UP_S)
        for number in range(rounds.number):
            for name in trials if number % 2 == 0 else reversed(trials):
                async with board.step(f"{name} {number + 1}", rounds.seconds):
                    trials[name].append(await _trial(ours, name, rounds.clients, rounds.seconds))
    return trials


async def _trial(ours: Ours, name: str, clients: int, seconds: float) -> Trial:
    ours.keyed = name == "keyed"
    load = Load(clients=clients, purchases=1, seconds=seconds, trials=1, first_window=UNLIMITED)
    return await attempt(ours, load, UNLIMITED)
