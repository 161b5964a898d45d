"""BG/NBD compared with its published reference, numerical integration and simulation."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.stats import beta, gamma

from churn_scoring.domain.bgnbd import BgNbd, Floats, log_likelihood, probability_alive, probability_of_silence
from churn_scoring.training.bgnbd_fit import FitError, _log_likelihood_gradients, expected_purchases, fit

REFERENCE = BgNbd(r=0.2426, alpha=4.4136, a=0.7930, b=2.4261)
Summary = tuple[Floats, Floats, Floats]
"""x, t_x and T of customers."""
WEEKLY = BgNbd(r=1.4, alpha=8.0, a=1.1, b=3.5)


@pytest.fixture(scope="module")
def cdnow() -> Summary:
    # Read as a file: the package itself does not import without warnings.
    package = find_spec("lifetimes")
    assert package is not None
    assert package.origin is not None
    file = Path(package.origin).parent / "datasets" / "cdnow_customers_summary.csv"
    summary = np.genfromtxt(file, delimiter=",", names=True)
    return summary["frequency"], summary["recency"], summary["T"]


def test_the_likelihood_of_cdnow_is_the_published_one(cdnow: Summary) -> None:
    assert log_likelihood(REFERENCE, *cdnow).sum() == pytest.approx(-9582.43, abs=0.01)


def test_the_fit_of_cdnow_finds_the_published_parameters(cdnow: Summary) -> None:
    fitted = fit(*cdnow)

    assert fitted.r == pytest.approx(REFERENCE.r, abs=2e-4)
    assert fitted.alpha == pytest.approx(REFERENCE.alpha, abs=2e-3)
    assert fitted.a == pytest.approx(REFERENCE.a, abs=1e-3)
    assert fitted.b == pytest.approx(REFERENCE.b, abs=2e-3)


def test_the_gradients_of_the_search_are_those_of_the_likelihood(cdnow: Summary) -> None:
    here, step = np.array([0.3, 5.0, 0.9, 2.0]), 1e-6

    slopes = _log_likelihood_gradients(BgNbd(*here), *cdnow)

    for number, change in enumerate(np.eye(4) * step):
        after, before = (log_likelihood(BgNbd(*moved), *cdnow) for moved in (here + change, here - change))
        assert slopes[:, number] == pytest.approx((after - before) / (2 * step), abs=1e-6)


def test_the_expected_purchases_of_one_customer_are_the_published_ones() -> None:
    # Fader, Hardie & Lee 2005, section 5: x = 2, t_x = 30.43, T = 38.86 weeks, 39 weeks ahead.
    expected = expected_purchases(REFERENCE, np.array([2.0]), np.array([30.43]), np.array([38.86]), 39.0)

    assert expected[0] == pytest.approx(1.226, abs=0.002)


@pytest.mark.parametrize(("x", "t_x", "age"), [(0, 0.0, 10.0), (1, 3.0, 10.0), (4, 9.0, 12.0), (6, 3.0, 20.0)])
def test_silence_equals_the_integral_over_all_rates_and_drop_out_probabilities(
    x: float, t_x: float, age: float
) -> None:
    horizon = 8.0

    def over_rates(until: float) -> float:
        density = gamma(WEEKLY.r, scale=1 / WEEKLY.alpha).pdf
        return float(quad(lambda rate: density(rate) * rate**x * np.exp(-rate * until), 0, np.inf)[0])

    def over_drop_out(chance: Callable[[float], float]) -> float:
        return float(quad(lambda p: beta.pdf(p, WEEKLY.a, WEEKLY.b) * chance(p), 0, 1)[0])

    stays = over_drop_out(lambda p: (1 - p) ** x)
    left = over_drop_out(lambda p: p * (1 - p) ** (x - 1)) * over_rates(t_x) if x else 0.0
    # Silent in (T, T + horizon] are those who left, and those alive whose next purchase comes later.
    expected = (stays * over_rates(age + horizon) + left) / (stays * over_rates(age) + left)

    silence = probability_of_silence(WEEKLY, np.array([float(x)]), np.array([t_x]), np.array([age]), horizon)
    assert silence[0] == pytest.approx(expected, rel=1e-6)


def simulated(customers: int, until: float, horizon: float, seed: int) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return x, t_x, and whether each is silent within the horizon, of customers simulated by the model."""
    random = np.random.default_rng(seed)
    rates = random.gamma(WEEKLY.r, 1 / WEEKLY.alpha, customers)
    leaving = random.beta(WEEKLY.a, WEEKLY.b, customers)
    now, last = np.zeros(customers), np.zeros(customers)
    x, silent, alive = np.zeros(customers), np.ones(customers, bool), np.ones(customers, bool)
    while alive.any():
        now[alive] += random.exponential(1 / rates[alive])
        seen = alive & (now <= until)
        x[seen] += 1
        last[seen] = now[seen]
        silent[alive & (now > until) & (now <= until + horizon)] = False
        alive &= (now <= until + horizon) & (random.random(customers) >= leaving)
    return x, last, silent


def test_predicted_silence_is_calibrated_on_simulated_customers() -> None:
    x, last, silent = simulated(60_000, until=20.0, horizon=8.0, seed=7)
    predicted = probability_of_silence(WEEKLY, x, last, np.full(len(x), 20.0), 8.0)

    order = np.argsort(predicted)
    for decile in np.array_split(order, 10):
        assert silent[decile].mean() == pytest.approx(predicted[decile].mean(), abs=0.02)


histories = st.tuples(st.integers(0, 3000), st.floats(0.1, 4000), st.floats(0, 1))


@given(histories, st.floats(1, 400))
def test_silence_is_a_probability_however_long_the_history(history: tuple[int, float, float], horizon: float) -> None:
    x, age, share = history
    recency = age * share if x else 0.0

    silence = probability_of_silence(REFERENCE, np.array([float(x)]), np.array([recency]), np.array([age]), horizon)

    assert 0.0 <= silence[0] <= 1.0


@given(histories, st.floats(1, 400), st.floats(0.5, 500))
def test_silence_grows_while_nothing_is_bought(history: tuple[int, float, float], horizon: float, later: float) -> None:
    x, age, share = (np.array([float(value)]) for value in history)
    recency = np.where(x > 0, age * share, 0.0)

    today = probability_of_silence(REFERENCE, x, recency, age, horizon)

    assert probability_of_silence(REFERENCE, x, recency, age + later, horizon)[0] >= today[0] - 1e-12


@given(histories, st.floats(1, 400))
def test_at_equal_frequency_a_more_recent_buyer_is_less_likely_silent(
    history: tuple[int, float, float], horizon: float
) -> None:
    x, age, share = (np.array([float(value)]) for value in history)
    x = np.maximum(x, 1.0)

    longer_ago = probability_of_silence(REFERENCE, x, age * share / 2, age, horizon)

    assert probability_of_silence(REFERENCE, x, age * share, age, horizon)[0] <= longer_ago[0] + 1e-12


def test_a_one_time_buyer_is_alive_for_sure_but_may_well_stay_silent() -> None:
    once = (np.array([0.0]), np.array([0.0]), np.array([200.0]))

    assert probability_alive(REFERENCE, *once)[0] == 1.0
    assert probability_of_silence(REFERENCE, *once, 12.0)[0] > 0.9


def test_histories_without_repeat_purchases_cannot_be_fitted() -> None:
    nothing = np.zeros(50)

    with pytest.raises(FitError):
        fit(nothing, nothing, np.linspace(1, 100, 50))


def test_parameters_must_be_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        BgNbd(r=0.2, alpha=-1, a=1, b=1)
