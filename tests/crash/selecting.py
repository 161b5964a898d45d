"""Which trials a run is made of: what the command line and BUDGET ask for, and what became of each."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .budget import Budget
from .trials import MATRIX, ONE_OF_EACH_KIND, Trial, drawn, shuffled

DEFAULT_SEED = "lealtad"


@dataclass(slots=True)
class Selection:
    """The trials of a run, in their order."""

    trials: list[Trial]
    described: str
    budget: Budget
    ran: list[Trial] = field(default_factory=list)

    @classmethod
    def of(cls, config: pytest.Config) -> "Selection":
        """Read the options; a run that does not begin at this folder has none, and tries one of each kind."""
        budget = Budget.of(os.environ.get("BUDGET"))
        if number := config.getoption("random", default=0):
            seed = config.getoption("seed")
            return cls(drawn(number, seed), f"{number} schedules, --random {number} --seed {seed}", budget)
        if config.getoption("matrix", default=False):
            seed = commit()
            return cls(shuffled(MATRIX, seed), f"the crash matrix in the order of {seed}", budget)
        return cls(ONE_OF_EACH_KIND, "one fault of each kind", budget)

    def summary(self) -> Iterator[str]:
        """Yield which trials ran and which did not."""
        left = [trial for trial in self.trials if trial not in self.ran]
        yield f"{self.described}: {len(self.ran)} of {len(self.trials)} ran"
        yield from (f"  ran      {trial}" for trial in self.ran)
        yield from (f"  did not  {trial}" for trial in left)


def commit() -> str:
    """Return the commit that is checked out: it seeds the order; without git the order is always the same one."""
    asked = ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=False)  # noqa: S603 - our own command line
    except FileNotFoundError:
        return DEFAULT_SEED
    return done.stdout.strip() or DEFAULT_SEED
