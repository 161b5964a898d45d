"""The experiment finds the known parameters and figures of its data."""

import numpy as np
import pytest

from churn_scoring.domain.bgnbd import BgNbd
from churn_scoring.domain.facts import day_of
from churn_scoring.domain.features import Floats
from churn_scoring.domain.models import InactivityModel
from churn_scoring.domain.policy import ScoringPolicy, Training
from churn_scoring.training.bgnbd_fit import expected_purchases, fit
from churn_scoring.training.calibration_fit import fit_shift, fit_sigmoid
from churn_scoring.training.candidates import NAMES
from churn_scoring.training.choice import choose
from churn_scoring.training.examples import Examples, examples_of
from churn_scoring.training.experiment import Outcome, experiment
from churn_scoring.training.metrics import calibration_error, measure
from churn_scoring.training.windows import TooLittleDataError, Windows, plan

from .timelines import START, cdnow, shared, simulated

POLICY = ScoringPolicy(horizon_days=60)
PRIOR = InactivityModel(BgNbd(**POLICY.prior.model_dump()), 60, POLICY.evidence)


def windows_of(days: int, policy: ScoringPolicy) -> Windows:
    training = policy.training
    first = day_of(START)
    return plan(
        first,
        first + days,
        horizon_days=policy.horizon_days,
        cutoffs=training.cutoffs,
        step_days=training.step_days,
    )


class Oracle:
    """A model that knows the outcomes."""

    def __init__(self, examples: Examples) -> None:
        self._silent = {
            row.tobytes(): float(silent) for row, silent in zip(examples.rows, examples.silent, strict=True)
        }

    def probabilities(self, rows: Floats) -> Floats:
        return np.array([self._silent[row.tobytes()] for row in rows])


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    windows = windows_of(360, POLICY)
    return experiment(examples_of(simulated(900, 361), windows, 180), windows, POLICY, PRIOR)


def test_the_parameters_behind_simulated_customers_are_found(outcome: Outcome) -> None:
    parameters = outcome.candidates["bg-nbd"].parameters

    assert parameters.r == pytest.approx(1.2, rel=0.25)
    assert parameters.alpha == pytest.approx(30, rel=0.3)
    assert parameters.a / (parameters.a + parameters.b) == pytest.approx(0.6 / 4.6, rel=0.35)


def test_models_beat_recency_on_customers_simulated_by_bg_nbd(outcome: Outcome) -> None:
    auc = {name: found["auc"]["value"] for name, found in outcome.metrics.items()}

    assert auc["bg-nbd"] > auc["recency"] + 0.03
    assert auc["gradient-boosting"] > auc["recency"] + 0.02


def test_every_measure_lies_in_its_interval(outcome: Outcome) -> None:
    for found in outcome.metrics.values():
        for name, value in found.items():
            # The calibration error of a resample is biased upwards.
            assert value["low"] - 0.02 <= value["value"] <= value["high"], name


def test_the_champion_is_not_significantly_worse_than_any_candidate_or_the_model_in_force(outcome: Outcome) -> None:
    assert outcome.champion is not None
    assert set(outcome.candidates) == set(NAMES)
    assert outcome.gain["high"] > 0
    best = min(outcome.metrics_of_all[name]["brier"]["value"] for name in NAMES)
    assert outcome.metrics_of_all[outcome.best]["brier"]["low"] <= best


def test_a_model_that_cannot_be_told_from_the_best_is_taken_in_the_fixed_order() -> None:
    random = np.random.default_rng(7)
    truth = random.uniform(0.1, 0.9, 3000)
    silent = random.random(3000) < truth
    predicted = {"first": np.clip(truth + 0.01, 0, 1), "second": truth, "bad": 1 - truth}

    assert choose(["first", "second", "bad"], predicted, silent) == "first"
    assert choose(["bad", "second", "first"], predicted, silent) == "second"


def test_nothing_is_promoted_when_the_model_in_force_is_significantly_better() -> None:
    windows = windows_of(360, POLICY)
    examples = examples_of(simulated(600, 361), windows, 180)
    knowing = Oracle(examples)

    assert experiment(examples, windows, POLICY, knowing).champion is None
    # A model that has seen the hold-out is not judged by it; its kind stands in.
    assert experiment(examples, windows, POLICY, knowing, stand_in="bg-nbd").champion is not None


def test_the_same_data_give_the_same_model(outcome: Outcome) -> None:
    windows = windows_of(360, POLICY)
    again = experiment(examples_of(simulated(900, 361), windows, 180), windows, POLICY, PRIOR)

    assert again.training["fingerprint"] == outcome.training["fingerprint"]
    assert again.metrics == outcome.metrics


def test_too_few_customers_train_nothing() -> None:
    windows = windows_of(360, POLICY)
    policy = POLICY.model_copy(update={"training": Training(fewest_customers=2000)})

    with pytest.raises(TooLittleDataError, match="2000 recently active customers"):
        experiment(examples_of(simulated(300, 361), windows, 180), windows, policy, PRIOR)


@pytest.mark.parametrize("number", [400, 4000])
def test_a_calibration_corrects_biased_probabilities(number: int) -> None:
    random = np.random.default_rng(5)
    truth = random.uniform(0.05, 0.95, number)
    silent = random.random(number) < truth
    biased = truth**3

    calibrated = fit_sigmoid(biased, silent).apply(biased)

    assert calibration_error(silent, calibrated) < calibration_error(silent, biased) / 3
    assert np.all(np.diff(calibrated[np.argsort(biased)]) >= 0)


@pytest.mark.parametrize("rate", [0.05, 0.5, 0.95])
def test_a_shift_makes_the_mean_the_observed_rate(rate: float) -> None:
    random = np.random.default_rng(6)
    predicted, silent = random.uniform(0.2, 0.8, 2000), random.random(2000) < rate

    assert fit_shift(predicted, silent).apply(predicted).mean() == pytest.approx(silent.mean(), abs=0.001)


def test_a_perfect_ranking_has_auc_one() -> None:
    silent = np.array([False] * 30 + [True] * 30)

    auc = measure(silent, np.linspace(0.1, 0.9, 60))["auc"]

    assert list(auc.values()) == pytest.approx([1, 1, 1])


@pytest.mark.proof
def test_cdnow_forward_in_time_gives_the_known_figures() -> None:
    policy = ScoringPolicy()
    first, last = day_of(START.replace(year=1997)), day_of(START.replace(year=1998, month=6, day=30))
    windows = plan(first, last, horizon_days=90, cutoffs=3, step_days=30)
    prior = InactivityModel(BgNbd(**policy.prior.model_dump()), 90, policy.evidence)

    outcome = experiment(examples_of(cdnow(), windows, 180), windows, policy, prior)

    auc = {name: found["auc"]["value"] for name, found in outcome.metrics.items()}
    assert auc["recency"] == pytest.approx(0.642, abs=0.004)
    assert auc["bg-nbd"] == pytest.approx(0.720, abs=0.004)
    assert auc["gradient-boosting"] == pytest.approx(0.729, abs=0.006)
    assert outcome.metrics[outcome.best]["ece"]["value"] < 0.04
    assert outcome.metrics_of_all[outcome.best]["auc"]["low"] > outcome.metrics_of_all["recency"]["auc"]["value"]
    assert outcome.champion is not None
    assert auc[outcome.best] > max(auc.values()) - 0.004


def test_cdnow_sample_purchases_of_the_second_39_weeks_correlate_as_published() -> None:
    days: dict[str, set[int]] = {}
    for line in shared("cdnow_sample.txt").read_text().splitlines():
        day = START.strptime(line.split()[2], "%Y%m%d").toordinal()
        days.setdefault(line.split()[1], set()).add(day)
    end = START.replace(year=1997, month=9, day=30).toordinal()
    seen = {customer: [day for day in some if day <= end] for customer, some in days.items()}
    later = np.array([sum(end < day <= end + 273 for day in some) for some in days.values()], dtype=float)
    x = np.array([len(some) - 1 for some in seen.values()], dtype=float)
    recency = np.array([max(some) - min(some) for some in seen.values()]) / 7
    age = np.array([end - min(some) for some in seen.values()]) / 7

    expected = expected_purchases(fit(x, recency, age), x, recency, age, 39.0)

    assert np.corrcoef(expected, later)[0, 1] == pytest.approx(0.626, abs=0.005)
