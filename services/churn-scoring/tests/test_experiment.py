"""The experiment finds the known parameters and figures of its data."""

from dataclasses import replace

import numpy as np
import pytest

from churn_scoring.domain.bgnbd import BgNbd
from churn_scoring.domain.facts import day_of
from churn_scoring.domain.models import InactivityModel
from churn_scoring.domain.policy import ScoringPolicy, Training
from churn_scoring.training.bgnbd_fit import expected_purchases, fit
from churn_scoring.training.calibration_fit import fit_calibration
from churn_scoring.training.examples import examples_of
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


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    windows = windows_of(360, POLICY)
    return experiment(examples_of(simulated(1200, 361), windows, 180), windows, POLICY, PRIOR)


def test_the_parameters_behind_simulated_customers_are_found(outcome: Outcome) -> None:
    parameters = outcome.candidates[0].parameters

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


def test_the_champion_has_the_lowest_brier_score_and_beats_the_model_in_force(outcome: Outcome) -> None:
    scores = {candidate.name: outcome.brier(candidate.name) for candidate in outcome.candidates}

    assert outcome.champion is not None
    assert outcome.brier(outcome.champion.name) == min(scores.values()) < outcome.brier("in-force")


def test_nothing_is_promoted_when_the_model_in_force_is_as_good(outcome: Outcome) -> None:
    unbeaten = {**outcome.metrics, "in-force": {"brier": {"value": 0.0}}}

    assert replace(outcome, metrics=unbeaten).champion is None


def test_the_same_data_give_the_same_model(outcome: Outcome) -> None:
    windows = windows_of(360, POLICY)
    again = experiment(examples_of(simulated(1200, 361), windows, 180), windows, POLICY, PRIOR)

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

    calibrated = fit_calibration(biased, silent).apply(biased)

    assert calibration_error(silent, calibrated) < calibration_error(silent, biased) / 3
    assert np.all(np.diff(calibrated[np.argsort(biased)]) >= 0)


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
    assert outcome.metrics["gradient-boosting"]["ece"]["value"] < 0.035
    assert outcome.champion is not None
    assert outcome.champion.name == "gradient-boosting"


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
