"""Which faults are tried, and in which order: one of each kind, the whole matrix, or schedules drawn by chance.

Everything here is pure, so that a seed names a run.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from lealtad_local.services import SERVICES

from .faults import Fault, Kind, fault

PROCESSES = (
    *(name for service in SERVICES for name in (service.api(), service.worker(0))),
    "kafka",
    "postgres",
)
SERVERS = ("kafka", "postgres")
SCHEDULED = (Kind.KILLED, Kind.RESTARTED, Kind.FROZEN, Kind.AWAY)
MOST_AT_ONCE = 3
LATEST_S = 6
LONGEST_S = {Kind.FROZEN: 15, Kind.AWAY: 10}


@dataclass(frozen=True, slots=True)
class Trial:
    """Faults that happen under load, each at its time, before everything has to be right."""

    faults: tuple[Fault, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.faults))

    @property
    def lasts_s(self) -> float:
        """How long the faults last by themselves, without what it takes to recover."""
        return max(one.after_s + one.lasts_s for one in self.faults)

    @property
    def processes(self) -> set[str]:
        """The processes that something happens to."""
        return {one.process for one in self.faults}


def _single(process: str, kind: Kind) -> Trial:
    return Trial((fault(process, kind),))


ONE_OF_EACH_KIND = [
    _single("customer-profile-api", Kind.KILLED),
    _single("customer-profile-worker-0", Kind.KILLED),
    _single("campaigns-worker-0", Kind.KILLED),
    _single("kafka", Kind.KILLED),
    _single("postgres", Kind.KILLED),
    _single("churn-scoring-worker-0", Kind.FROZEN),
    _single("segmentation-worker-0", Kind.SUPERSEDED),
    _single("complaints-worker-0", Kind.RESTARTED),
    _single("campaigns-worker-1", Kind.JOINED),
]

MATRIX = [
    *(_single(process, kind) for process in PROCESSES for kind in (Kind.KILLED, Kind.FROZEN, Kind.RESTARTED)),
    *(_single(server, Kind.AWAY) for server in SERVERS),
    _single("segmentation-worker-0", Kind.SUPERSEDED),
    _single("campaigns-worker-1", Kind.JOINED),
]


def shuffled(trials: Sequence[Trial], seed: str) -> list[Trial]:
    """Return `trials` in the order that `seed` stands for, the kinds in turn: each is among the first few."""
    order = list(trials)
    random.Random(seed).shuffle(order)  # noqa: S311 - no secret
    by_kind: dict[Kind, list[Trial]] = {}
    for trial in order:
        by_kind.setdefault(trial.faults[0].kind, []).append(trial)
    return [trial for trial in chain.from_iterable(zip_longest(*by_kind.values())) if trial]


def drawn(number: int, seed: int) -> list[Trial]:
    """Return the first `number` schedules that `seed` stands for: more of them never change the first ones."""
    return [_draw(random.Random(f"{seed}/{place}")) for place in range(number)]  # noqa: S311 - no secret


def _draw(chance: random.Random) -> Trial:
    """Return one to three faults of as many processes, the first at once, most of them while another one lasts."""
    processes = chance.sample(PROCESSES, chance.randint(1, MOST_AT_ONCE))
    moments = sorted(chance.randint(1, LATEST_S) for _ in processes[1:])
    return Trial(
        tuple(_draw_fault(chance, process, moment) for process, moment in zip(processes, [0, *moments], strict=True))
    )


def _draw_fault(chance: random.Random, process: str, after_s: int) -> Fault:
    kind = chance.choice(SCHEDULED)
    longest = LONGEST_S.get(kind)
    return Fault(process, kind, chance.randint(1, longest) if longest else 0, after_s)
