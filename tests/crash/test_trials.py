"""Which trials there are, what a seed stands for, and how many fit into a budget."""

from collections import Counter

import pytest

from .budget import Budget
from .faults import FREEZE_S, Fault, Kind
from .trials import MATRIX, MOST_AT_ONCE, PROCESSES, SERVERS, Trial, drawn, shuffled

PATIENCE_OF_THE_SUPERVISOR_S = 30


def test_the_matrix_has_every_process_with_every_kind_of_fault() -> None:
    cells = {(one.process, one.kind) for trial in MATRIX for one in trial.faults}
    assert len(PROCESSES) == 12
    assert cells >= {(name, kind) for name in PROCESSES for kind in (Kind.KILLED, Kind.FROZEN, Kind.RESTARTED)}
    assert cells >= {(name, Kind.AWAY) for name in SERVERS}
    assert len(set(map(str, MATRIX))) == len(MATRIX)


def test_a_seed_orders_all_trials_and_another_seed_otherwise() -> None:
    assert shuffled(MATRIX, "a") == shuffled(MATRIX, "a")
    assert shuffled(MATRIX, "a") != shuffled(MATRIX, "b")
    assert Counter(shuffled(MATRIX, "a")) == Counter(MATRIX)


@pytest.mark.parametrize("seed", ["a", "b", "c"])
def test_the_first_trials_are_of_all_kinds(seed: str) -> None:
    kinds = {trial.faults[0].kind for trial in MATRIX}
    assert {trial.faults[0].kind for trial in shuffled(MATRIX, seed)[: len(kinds)]} == kinds


def test_a_seed_draws_the_same_schedules_however_many_are_asked_for() -> None:
    assert drawn(5, 7) == drawn(100, 7)[:5]
    assert drawn(5, 7) != drawn(5, 8)


def test_drawn_schedules_overlap_and_stay_within_what_the_stack_is_to_survive() -> None:
    trials = drawn(300, 7)
    assert {len(trial.faults) for trial in trials} == set(range(1, MOST_AT_ONCE + 1))
    assert {one.process for trial in trials for one in trial.faults} == set(PROCESSES)
    for trial in trials:
        assert len(trial.processes) == len(trial.faults)
        assert trial.faults[0].after_s == 0
        assert all(one.lasts_s <= FREEZE_S < PATIENCE_OF_THE_SUPERVISOR_S for one in trial.faults)


def test_a_trial_lasts_until_its_last_fault_is_over() -> None:
    trial = Trial((Fault("kafka", Kind.FROZEN, lasts_s=10), Fault("postgres", Kind.KILLED, after_s=4)))
    assert trial.lasts_s == 10
    assert str(trial) == "kafka frozen for 10 s, postgres killed after 4 s"


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("20m", 1200), ("1h", 3600), (None, float("inf"))])
def test_a_budget_is_read(text: str | None, seconds: float) -> None:
    assert Budget.of(text).limit_s == seconds


def test_a_budget_that_is_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="BUDGET=soon is no time"):
        Budget.of("soon")


def test_a_budget_allows_what_fits_with_its_replay_and_learns_what_trials_cost() -> None:
    budget = Budget.of("3m")
    assert budget.allows(lasts_s=20)
    assert not budget.allows(lasts_s=170)
    budget.spent(200, lasts_s=20)
    assert not budget.allows(lasts_s=0)
