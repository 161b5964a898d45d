"""No data make training fail as a whole."""

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from churn_scoring.domain.bgnbd import BgNbd
from churn_scoring.domain.features import COLUMN, FEATURES, Floats
from churn_scoring.domain.models import InactivityModel
from churn_scoring.domain.policy import ScoringPolicy, Training
from churn_scoring.training.bgnbd_fit import FitError, fit, fit_in_any_case
from churn_scoring.training.examples import Examples, examples_of
from churn_scoring.training.lesson import InForce, Lesson, learn
from churn_scoring.training.metrics import Labels
from churn_scoring.training.windows import Windows

POLICY = ScoringPolicy(training=Training(fewest_customers=50))
PRIOR = BgNbd(**POLICY.prior.model_dump())
WINDOWS = Windows(learn=(100,), hold_out=190, horizon_days=90, refit=(160, 190))
CUSTOMERS = 120


def examples(rows: Floats, silent: Labels) -> Examples:
    """Return the same customers at each cut-off, with features that fit together."""
    number = len(rows)
    silence = np.abs(rows[:, 0])
    rows[:, COLUMN["silence"]] = silence
    rows[:, COLUMN["frequency"]] = np.rint(np.abs(rows[:, 1]))
    rows[:, COLUMN["recency"]] = np.where(rows[:, COLUMN["frequency"]] > 0, np.abs(rows[:, 2]), 0)
    rows[:, COLUMN["age"]] = rows[:, COLUMN["recency"]] + silence
    cutoffs = WINDOWS.cutoffs
    every = np.ones(number * len(cutoffs), dtype=bool)
    return Examples(
        rows=np.tile(rows, (len(cutoffs), 1)),
        silent=np.tile(silent, len(cutoffs)).astype(bool),
        cutoff=np.repeat(np.array(cutoffs), number),
        scored=every,
        active=np.tile(silence <= POLICY.training.active_days, len(cutoffs)),
        half=np.tile(np.arange(number) % 2, len(cutoffs)),
        net_spent=np.tile(rows[:, 3], len(cutoffs)),
        spent_after=np.tile(np.where(silent, 0.0, np.abs(rows[:, 4])), len(cutoffs)),
    )


def lesson_of(some: Examples) -> Lesson:
    return learn(some, WINDOWS, POLICY, InForce("bg-nbd-prior", InactivityModel(PRIOR, 90, POLICY.evidence)))


MAY_BE_UNKNOWN = ["usual_gap", "gap_deviation", "gap_smoothed", "gap_ratio", "return_share", "contact_silence"]
KINDS = {
    "normal": lambda random: random.normal(20, 15, (CUSTOMERS, len(FEATURES))),
    "constant": lambda _: np.ones((CUSTOMERS, len(FEATURES))),
    "zero": lambda _: np.zeros((CUSTOMERS, len(FEATURES))),
    "unknown": lambda random: np.where(
        np.isin(FEATURES, MAY_BE_UNKNOWN), np.nan, random.uniform(1, 99, (CUSTOMERS, 1))
    ),
    "heavy": lambda random: random.pareto(0.3, (CUSTOMERS, len(FEATURES))).clip(0, 1e300),
    "huge": lambda random: random.choice([0.0, 1.0, 1e30, 1e39, 1e300], (CUSTOMERS, len(FEATURES))),
}


@settings(max_examples=6, phases=[Phase.generate], deadline=None, suppress_health_check=list(HealthCheck))
@given(
    kind=st.sampled_from(sorted(KINDS)),
    share=st.sampled_from([0.0, 0.01, 0.5, 0.99, 1.0]),
    seed=st.integers(0, 1000),
)
def test_odd_features_and_labels_give_a_lesson_with_probabilities(kind: str, share: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    some = examples(KINDS[kind](random), random.random(CUSTOMERS) < share)

    with np.errstate(all="ignore"):
        lesson = lesson_of(some)

    assert lesson.outcome or lesson.shortage
    for candidate in lesson.outcome.candidates.values() if lesson.outcome else ():
        found = candidate.model.probabilities(some.rows)
        assert np.all((found >= 0) & (found <= 1)), candidate.name
    if lesson.value:
        assert np.all(np.isfinite(lesson.value.values(some.net_spent, some.rows[:, COLUMN["age"]])))


@pytest.mark.parametrize("customers", [0, 1, 2])
def test_hardly_any_customers_give_no_model_but_a_reason(customers: int) -> None:
    some = examples_of([], WINDOWS, 180)
    if customers:
        some = examples(np.ones((customers, len(FEATURES))), np.zeros(customers, dtype=bool))

    lesson = lesson_of(some)

    assert lesson.outcome is None
    assert "50 recently active customers" in lesson.shortage


def test_regular_buyers_who_never_leave_get_parameters_near_the_prior_and_a_note() -> None:
    random = np.random.default_rng(1)
    frequency = random.poisson(8, 400).astype(float)
    age = np.full(400, 200.0)
    recency = np.where(frequency > 0, age - random.uniform(0, 3, 400), 0.0)

    with pytest.raises(FitError):
        fit(frequency, recency, age)
    parameters, note = fit_in_any_case(frequency, recency, age, prior=PRIOR)

    assert "drawn to the prior" in note
    assert parameters.a / (parameters.a + parameters.b) < 0.05


def test_one_customer_gets_the_prior() -> None:
    parameters, note = fit_in_any_case(np.zeros(1), np.zeros(1), np.zeros(1), prior=PRIOR)

    assert note
    assert parameters.r == pytest.approx(PRIOR.r, rel=0.5)
