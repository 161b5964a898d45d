"""The plan of a run: its measurements and their durations."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lealtad_bench.schedule import Schedule
from lealtad_bench.throughput import Load


@dataclass(frozen=True, slots=True)
class Point:
    """Latency at one rate, after a warm-up at the same rate."""

    name: str
    warm_up: Schedule
    measured: Schedule


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole run, equal for floor and Lealtad."""

    points: tuple[Point, ...]
    loads: dict[str, Load]
    """Throughput, `single` and `batch`."""
    warm_up_batches: int
    """Warm-up before a throughput, by batches of the same size."""
    reads_warm_up: Schedule
    reads: Schedule
    purchases_meanwhile: Schedule
    """Purchases that arrive during reads of next-best actions."""
    regulars: int
    """Customers who buy in turn for throughput, independent of the number of others."""
    history: int
    """Invoices of former years, loaded as a backfill."""
    beside_history: Schedule
    """Live purchases that arrive during the backfill."""

    def only(self, names: Sequence[str]) -> "Plan":
        """Return the plan of these points, throughputs, `reads` or `backfill` alone."""
        nothing = Schedule(1, 0)
        return replace(
            self,
            points=tuple(point for point in self.points if point.name in names),
            loads={name: load for name, load in self.loads.items() if name in names},
            reads_warm_up=self.reads_warm_up if "reads" in names else nothing,
            reads=self.reads if "reads" in names else nothing,
            purchases_meanwhile=self.purchases_meanwhile if "reads" in names else nothing,
            history=self.history if "backfill" in names else 0,
            beside_history=self.beside_history if "backfill" in names else nothing,
        )

    @property
    def names(self) -> list[str]:
        """Return the parts of the plan."""
        reads = ["reads"] if self.reads.count else []
        backfill = ["backfill"] if self.history else []
        return [*(point.name for point in self.points), *self.loads, *reads, *backfill]

    @property
    def customers(self) -> int:
        """Return the number of customers besides regulars, each for one purchase that changes score and segments."""
        warm_up_and_measured = [each for point in self.points for each in (point.warm_up, point.measured)]
        return sum(
            schedule.count for schedule in (*warm_up_and_measured, self.purchases_meanwhile, self.beside_history)
        )


FULL = Plan(
    points=(
        Point("at_20", Schedule(20, 15), Schedule(20, 150)),
        Point("at_50", Schedule(50, 10), Schedule(50, 60)),
        # Only every fourth is watched, since reading 200 decisions a second would be an additional load.
        Point("at_200", Schedule(200, 5, every=4), Schedule(200, 60, every=4)),
    ),
    loads={
        "single": Load(clients=32, purchases=1, seconds=30, trials=3, first_window=2000),
        "batch": Load(clients=4, purchases=500, seconds=30, trials=3, first_window=8000),
    },
    warm_up_batches=8,
    reads_warm_up=Schedule(200, 5),
    reads=Schedule(200, 60),
    # None is watched, since that would add reads.
    purchases_meanwhile=Schedule(20, 60, every=0),
    regulars=1000,
    history=100_000,
    beside_history=Schedule(20, 60),
)

QUICK = Plan(
    points=(Point("at_20", Schedule(20, 1), Schedule(20, 4)),),
    loads={
        "single": Load(clients=32, purchases=1, seconds=2.5, trials=1, first_window=1000),
        "batch": Load(clients=4, purchases=500, seconds=2.5, trials=1, first_window=4000),
    },
    warm_up_batches=1,
    reads_warm_up=Schedule(200, 1),
    reads=Schedule(200, 2),
    purchases_meanwhile=Schedule(20, 2, every=0),
    regulars=100,
    history=2000,
    beside_history=Schedule(20, 3),
)
"""A rough measurement of one minute."""
