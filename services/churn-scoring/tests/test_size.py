"""Training on many examples stays within its time and memory."""

import subprocess
import sys
from pathlib import Path

import pytest

ROWS, MINUTES, GIB = 300_000, 5, 4
"""A machine that is busy with other tests takes several times as long as a quiet one."""
PROGRAM = """
import resource, sys, time
import numpy as np
from tests.test_odd_data import PRIOR, POLICY, WINDOWS
from churn_scoring.domain.features import COLUMN, FEATURES
from churn_scoring.domain.models import InactivityModel
from churn_scoring.training.examples import Examples
from churn_scoring.training.lesson import InForce, learn

rows, random = int(sys.argv[1]), np.random.default_rng(1)
number = rows // len(WINDOWS.cutoffs)
some = random.gamma(1.0, 60.0, (rows, len(FEATURES)))
some[:, COLUMN["frequency"]] = random.poisson(2.0, rows)
some[:, COLUMN["recency"]] *= some[:, COLUMN["frequency"]] > 0
some[:, COLUMN["age"]] = some[:, COLUMN["recency"]] + some[:, COLUMN["silence"]]
silent = random.random(rows) < 1 / (1 + np.exp(-some[:, COLUMN["silence"]] / 60 + 1))
examples = Examples(
    rows=some, silent=silent, cutoff=np.resize(np.array(WINDOWS.cutoffs), rows), scored=np.ones(rows, bool),
    active=some[:, COLUMN["silence"]] <= 180, half=np.arange(rows) // len(WINDOWS.cutoffs) % 2,
    net_spent=random.pareto(1.5, rows), spent_after=np.where(silent, 0.0, random.pareto(1.5, rows)),
)
lesson = learn(examples, WINDOWS, POLICY, InForce("bg-nbd-prior", InactivityModel(PRIOR, 90, POLICY.evidence)))
assert lesson.outcome
print(time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""


def cost_of(rows: int) -> tuple[float, float]:
    """Return seconds of processor time and GiB of memory of a training in a process of its own."""
    done = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", PROGRAM, str(rows)],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, gib = map(float, done.stdout.split())
    return seconds, gib


@pytest.mark.proof
def test_many_examples_take_minutes_and_a_few_gib() -> None:
    seconds, gib = cost_of(ROWS)

    assert seconds < MINUTES * 60
    assert gib < GIB
