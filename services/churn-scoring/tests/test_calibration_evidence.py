"""A shift and a calibration move no further than the customers and the windows seen give evidence for."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from churn_scoring.domain.calibration import expit, logit
from churn_scoring.domain.features import COLUMN, FEATURES, Floats
from churn_scoring.training.calibration_fit import FEWEST, SEASON, fit_sigmoid, lasting_gap
from churn_scoring.training.examples import Examples
from churn_scoring.training.level import level_of
from churn_scoring.training.windows import Windows

HORIZON = 90
RATES = st.floats(0.02, 0.98)


class Constant:
    """A model that predicts the same for everybody."""

    def __init__(self, probability: float) -> None:
        self._probability = probability

    def probabilities(self, rows: Floats) -> Floats:
        return np.full(len(rows), self._probability)


def seen(silent: int, customers: int, number: int) -> tuple[Examples, Windows]:
    """Return so many windows with the same customers, of whom so many fall silent in each."""
    days = tuple(1000 - HORIZON * place for place in reversed(range(number)))
    rows = np.zeros((customers * number, len(FEATURES)))
    rows[:, COLUMN["age"]] = 200
    every = np.ones(len(rows), dtype=bool)
    some = Examples(
        rows=rows,
        silent=np.tile(np.arange(customers) < silent, number),
        cutoff=np.repeat(np.array(days), customers),
        scored=every,
        active=every,
        half=np.zeros(len(rows), dtype=np.int64),
        net_spent=np.zeros(len(rows)),
        spent_after=np.zeros(len(rows)),
    )
    return some, Windows(days[:-1], days[-1], HORIZON)


def shift(predicted: float, rate: float, customers: int, number: int) -> float:
    examples, windows = seen(round(rate * customers), customers, number)
    return level_of(Constant(predicted), examples, windows, 180).shift.active.intercept


@settings(deadline=None, max_examples=60)
@given(predicted=RATES, rate=RATES, customers=st.integers(1, 3000), number=st.integers(1, 6))
def test_a_shift_lies_between_the_model_and_what_was_seen(
    predicted: float, rate: float, customers: int, number: int
) -> None:
    found, observed = shift(predicted, rate, customers, number), round(rate * customers) / customers
    full = float(logit(np.array([observed]))[0] - logit(np.array([predicted]))[0])

    assert found * full >= 0
    assert abs(found) <= abs(full) + 1e-6
    if customers < FEWEST or abs(full) <= SEASON / number**0.5:
        assert found == 0


@settings(deadline=None, max_examples=60)
@given(predicted=RATES, rate=RATES, customers=st.integers(FEWEST, 1500), number=st.integers(1, 4))
def test_more_windows_never_shift_less(predicted: float, rate: float, customers: int, number: int) -> None:
    once = abs(shift(predicted, rate, customers, number))

    assert abs(shift(predicted, rate, customers, number + 1)) >= once - 1e-9


@given(gap=st.floats(-8, 8), windows=st.integers(1, 50), information=st.floats(0.01, 1e7), more=st.floats(0, 1e6))
def test_more_of_a_gap_lasts_the_more_customers_and_windows_show_it(
    gap: float, windows: int, information: float, more: float
) -> None:
    one = abs(lasting_gap(gap, windows, information))

    assert one <= abs(gap)
    assert abs(lasting_gap(gap, windows, information + more)) >= one
    assert abs(lasting_gap(gap, windows + 1, information)) >= one
    assert lasting_gap(-gap, windows, information) == -lasting_gap(gap, windows, information)


@given(small=st.floats(0, 8), larger=st.floats(0, 8), windows=st.integers(1, 9), information=st.floats(1, 1e6))
def test_a_larger_gap_never_shifts_less(small: float, larger: float, windows: int, information: float) -> None:
    small, larger = sorted((small, larger))

    assert lasting_gap(small, windows, information) <= lasting_gap(larger, windows, information) + 1e-12


def test_nothing_seen_is_no_evidence() -> None:
    assert lasting_gap(1.0, 0, 100.0) == lasting_gap(1.0, 3, 0.0) == lasting_gap(0.0, 3, 100.0) == 0


def test_a_gap_that_a_season_explains_shifts_nothing_but_a_shop_unlike_the_prior_is_followed() -> None:
    # Seen at a shop of 2,640 customers: the next season had the level that the model predicted.
    assert shift(0.512, 0.457, 2640, 1) == 0
    full = float(logit(np.array([0.77]))[0] - logit(np.array([0.53]))[0])
    assert shift(0.53, 0.77, 5000, 1) > 0.9 * full
    # Several windows that agree are no season.
    assert shift(0.512, 0.457, 2640, 6) < -0.1


def test_a_shift_goes_no_further_than_the_window_with_the_smallest_gap() -> None:
    examples, windows = seen(500, 1000, 2)
    silent = np.concatenate([np.arange(1000) < 900, np.arange(1000) < 650])
    some = Examples(**{name: getattr(examples, name) for name in Examples.__slots__} | {"silent": silent})

    assert 0.3 < level_of(Constant(0.5), some, windows, 180).shift.active.intercept < 0.62


def test_seasons_that_contradict_each_other_shift_nothing() -> None:
    examples, windows = seen(500, 1000, 2)
    silent = examples.silent.copy()
    silent[:1000], silent[1000:] = np.arange(1000) < 400, np.arange(1000) < 600
    some = Examples(**{name: getattr(examples, name) for name in Examples.__slots__} | {"silent": silent})

    assert level_of(Constant(0.5), some, windows, 180).shift.active.intercept == 0


def test_overlapping_windows_count_once() -> None:
    windows = Windows((850, 880, 910), 1000, HORIZON, (940, 970, 1000))

    assert windows.separate(windows.cutoffs) == (1000, 910)
    assert windows.separate(windows.learn) == (910,)


@settings(deadline=None, max_examples=20)
@given(slope=st.floats(0.3, 3), season=st.floats(-1, 1), seed=st.integers(0, 100))
def test_a_calibration_keeps_its_slope_but_draws_the_level_of_one_window_to_the_raw_one(
    slope: float, season: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    odds = random.normal(0, 1, 800)
    silent = random.random(800) < expit(slope * odds + season)
    raw, centre = expit(odds), float(odds.mean())

    whole, drawn = fit_sigmoid(raw, silent), fit_sigmoid(raw, silent, windows=1)
    full = whole.slope * centre + whole.intercept - centre
    part = drawn.slope * centre + drawn.intercept - centre

    assert drawn.slope == whole.slope
    assert full * part >= -1e-9
    assert abs(part) <= max(0.0, abs(full) - SEASON**2 / max(abs(full), 1e-9)) + 1e-9
