"""Maximum-likelihood fit of BG/NBD, and its conditional expectation."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import hyp2f1

from churn_scoring.domain.bgnbd import BgNbd, Floats, log_likelihood, probability_alive

BOUND = 12.0
"""Largest |log parameter| that is searched: e^12 days is far beyond any history."""

FEWEST_REPEATERS = 30


class FitError(RuntimeError):
    """The likelihood has no optimum inside the bounds; the histories say too little."""


def fit(frequency: Floats, recency: Floats, age: Floats) -> BgNbd:
    """Return the parameters of the largest likelihood; raise FitError when none is found.

    The search is over logarithms of the parameters, with time divided by its mean so that alpha starts near 1.
    """
    repeaters = int((frequency > 0).sum())
    if repeaters < FEWEST_REPEATERS:
        raise FitError(f"BG/NBD needs {FEWEST_REPEATERS} customers who bought on several days; there are {repeaters}")
    scale = float(age.mean()) or 1.0
    cells, weights = np.unique(np.column_stack([frequency, recency / scale, age / scale]), axis=0, return_counts=True)

    def loss(logs: Floats) -> float:
        parameters = BgNbd(*np.exp(logs))
        likelihood = log_likelihood(parameters, cells[:, 0], cells[:, 1], cells[:, 2])
        return -float(weights @ likelihood) / len(frequency)

    result = minimize(
        loss,
        np.zeros(4),
        method="L-BFGS-B",
        bounds=[(-BOUND, BOUND)] * 4,
        options={"ftol": 1e-14, "gtol": 1e-8, "maxiter": 1000},
    )
    if not result.success or np.any(np.abs(result.x) > BOUND - 0.01):
        raise FitError(f"BG/NBD found no optimum ({result.message}): {np.exp(result.x).round(4).tolist()}")
    r, alpha, a, b = np.exp(result.x)
    return BgNbd(r=float(r), alpha=float(alpha) * scale, a=float(a), b=float(b))


def expected_purchases(parameters: BgNbd, frequency: Floats, recency: Floats, age: Floats, horizon: float) -> Floats:
    """Return E[purchases in the next `horizon` | x, t_x, T] (equation 10 of the paper); needs a != 1.

    Its hypergeometric function is taken in Euler's transformed form, in which the powers cancel and no x overflows.
    """
    r, alpha, a, b = parameters.r, parameters.alpha, parameters.a, parameters.b
    shrink = horizon / (alpha + age + horizon)
    gauss = hyp2f1(a + b - 1 - r, a - 1, a + b + frequency - 1, shrink)
    growth = 1 - np.exp((a - 1) * np.log1p(-shrink)) * gauss
    alive = probability_alive(parameters, frequency, recency, age)
    return np.asarray((a + b + frequency - 1) / (a - 1) * growth * alive)
