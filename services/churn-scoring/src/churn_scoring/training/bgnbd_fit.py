"""The maximum-likelihood fit of BG/NBD, and its conditional expectation."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import digamma, hyp2f1

from churn_scoring.domain.bgnbd import BgNbd, Floats, log_likelihood, probability_alive

BOUND = 12.0
"""Largest |log parameter| of the search; e^12 days is longer than any history."""

FEWEST_REPEATERS = 30

PENALTY = 4.0
"""Weight of the prior in log-likelihood, per squared distance of a parameter's logarithm (halved)."""

STEEPEST = 1e-5
"""Largest slope of a history's log-likelihood at an optimum, per unit of a parameter's logarithm."""


class FitError(RuntimeError):
    """A likelihood without an optimum inside the bounds; the histories hold too little information."""


def fit_in_any_case(frequency: Floats, recency: Floats, age: Floats, *, prior: BgNbd) -> tuple[BgNbd, str]:
    """Return the parameters of the largest likelihood, and a note where it has no optimum.

    Then the prior is given the weight of `PENALTY` customers, which bounds every parameter: some shops show no
    drop-out, so that a goes to 0. Where that fails, too, the prior's parameters stand.
    """
    try:
        return fit(frequency, recency, age), ""
    except FitError as error:
        reason = str(error)
    try:
        return _search(frequency, recency, age, prior), f"drawn to the prior: {reason}"
    except (FitError, ValueError, ArithmeticError) as error:
        return prior, f"the prior's parameters: {error}"


def fit(frequency: Floats, recency: Floats, age: Floats) -> BgNbd:
    """Return the parameters of the largest likelihood; raise FitError when none is found."""
    repeaters = int((frequency > 0).sum())
    if repeaters < FEWEST_REPEATERS:
        raise FitError(f"BG/NBD needs {FEWEST_REPEATERS} customers who bought on several days; there are {repeaters}")
    return _search(frequency, recency, age, None)


def _search(frequency: Floats, recency: Floats, age: Floats, prior: BgNbd | None) -> BgNbd:
    """Return the parameters of the largest likelihood, with a penalty for the distance from `prior` if it is given.

    The search uses logarithms of the parameters. Time is divided by its mean, so that alpha starts near 1.
    """
    scale = float(age.mean()) or 1.0
    cells, weights = np.unique(np.column_stack([frequency, recency / scale, age / scale]), axis=0, return_counts=True)
    start = np.log([prior.r, prior.alpha / scale, prior.a, prior.b]) if prior else np.zeros(4)
    penalty = PENALTY if prior else 0.0

    def loss(logs: Floats) -> tuple[float, Floats]:
        parameters = BgNbd(*np.exp(logs))
        likelihood = log_likelihood(parameters, *cells.T)
        slope = np.exp(logs) * (weights @ _log_likelihood_gradients(parameters, *cells.T))
        far = logs - start
        value = float(weights @ likelihood) - penalty * float(far @ far) / 2
        return -value / len(frequency), -(slope - penalty * far) / len(frequency)

    result = minimize(
        loss,
        np.clip(start, -BOUND, BOUND),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-BOUND, BOUND)] * 4,
        options={"ftol": 1e-14, "gtol": 1e-8, "maxiter": 1000},
    )
    # The success flag of the search depends on the last bits, which end its last line search; so check the slope.
    if not np.abs(result.jac).max() <= STEEPEST or np.any(np.abs(result.x) > BOUND - 0.01):
        raise FitError(f"BG/NBD found no optimum ({result.message}): {np.exp(result.x).round(4).tolist()}")
    r, alpha, a, b = np.exp(result.x)
    return BgNbd(r=float(r), alpha=float(alpha) * scale, a=float(a), b=float(b))


def _log_likelihood_gradients(parameters: BgNbd, frequency: Floats, recency: Floats, age: Floats) -> Floats:
    """Return the derivatives of each history's log-likelihood by r, alpha, a and b, one row per history."""
    r, alpha, a, b = parameters.r, parameters.alpha, parameters.a, parameters.b
    power = r + frequency
    left = 1.0 - probability_alive(parameters, frequency, recency, age)
    prior, posterior = digamma(a + b), digamma(a + b + frequency)
    return np.column_stack(
        [
            digamma(power)
            - digamma(r)
            + np.log(alpha)
            - (1 - left) * np.log(alpha + age)
            - left * np.log(alpha + recency),
            r / alpha - power * ((1 - left) / (alpha + age) + left / (alpha + recency)),
            prior - posterior + left / a,
            prior - digamma(b) + digamma(b + frequency) - posterior - left / (b + np.maximum(frequency, 1.0) - 1.0),
        ]
    )


def expected_purchases(parameters: BgNbd, frequency: Floats, recency: Floats, age: Floats, horizon: float) -> Floats:
    """Return E[purchases in the next `horizon` | x, t_x, T] (equation 10 of the paper); needs a != 1.

    Euler's transformation of the hypergeometric function is used, in which the powers cancel and no x overflows.
    """
    r, alpha, a, b = parameters.r, parameters.alpha, parameters.a, parameters.b
    shrink = horizon / (alpha + age + horizon)
    gauss = hyp2f1(a + b - 1 - r, a - 1, a + b + frequency - 1, shrink)
    growth = 1 - np.exp((a - 1) * np.log1p(-shrink)) * gauss
    alive = probability_alive(parameters, frequency, recency, age)
    return np.asarray((a + b + frequency - 1) / (a - 1) * growth * alive)
