"""BG/NBD: buying and silently leaving (Fader, Hardie & Lee 2005, "Counting Your Customers the Easy Way").

While alive a customer buys as a Poisson process with rate lambda ~ Gamma(r, alpha); after every repeat purchase the
customer leaves forever with probability p ~ Beta(a, b). Three numbers describe a history, all in the unit of the
parameters (here days): `frequency` x, the repeat purchases; `recency` t_x, the time from the first to the last
purchase; `age` T, the time from the first purchase to now. Functions take arrays of one shape and return one of that
shape.
"""

from dataclasses import dataclass
from math import lgamma

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BgNbd:
    """Parameters; `alpha` is in units of time, all are positive."""

    r: float
    alpha: float
    a: float
    b: float

    def __post_init__(self) -> None:
        if not all(np.isfinite(value) and value > 0 for value in (self.r, self.alpha, self.a, self.b)):
            raise ValueError(f"BG/NBD parameters must be positive and finite: {self}")


def probability_of_silence(
    parameters: BgNbd, frequency: Floats, recency: Floats, age: Floats, horizon: float
) -> Floats:
    """Return P(no purchase in the next `horizon` | x, t_x, T).

    Integrating the likelihoods over lambda and p leaves, up to one common factor, `A(s) = (alpha + s)^-(r + x)` for a
    customer alive and silent until s, and `D = a / (b + x - 1) (alpha + t_x)^-(r + x)` for one who left at the last
    purchase (none for x = 0). So `P = (A(T + horizon) + D) / (A(T) + D)`, and `1 - P = (1 - A(T + horizon) / A(T)) /
    (1 + D / A(T))`, which is computed here from logarithms: exact for any x and T. Not to be confused with `1 -
    P(alive)`, which is 0 for every one-time buyer.
    """
    power = parameters.r + frequency
    silent = -power * np.log1p(horizon / (parameters.alpha + age))
    return 1.0 + np.expm1(silent) * probability_alive(parameters, frequency, recency, age)


def probability_alive(parameters: BgNbd, frequency: Floats, recency: Floats, age: Floats) -> Floats:
    """Return P(not yet left | x, t_x, T); 1 for x = 0 by the model's assumption."""
    log_odds_left = (
        np.log(parameters.a)
        - np.log(parameters.b + np.maximum(frequency, 1.0) - 1.0)
        + (parameters.r + frequency) * np.log((parameters.alpha + age) / (parameters.alpha + recency))
    )
    return np.where(frequency > 0, np.exp(-np.logaddexp(0.0, log_odds_left)), 1.0)


def log_likelihood(parameters: BgNbd, frequency: Floats, recency: Floats, age: Floats) -> Floats:
    """Return the log-likelihood of each history (equation 6 of the paper, in logarithms)."""
    r, alpha, a, b = parameters.r, parameters.alpha, parameters.a, parameters.b
    repeats = np.maximum(frequency, 1.0)
    rate = _log_gamma(r + frequency) - lgamma(r) + r * np.log(alpha)
    stay = lgamma(a + b) - lgamma(b) + _log_gamma(b + frequency) - _log_gamma(a + b + frequency)
    alive = -(r + frequency) * np.log(alpha + age)
    left = np.log(a) - np.log(b + repeats - 1.0) - (r + frequency) * np.log(alpha + recency)
    return np.asarray(rate + stay + np.where(frequency > 0, np.logaddexp(alive, left), alive))


def _log_gamma(values: Floats) -> Floats:
    """Compute log-gamma once per distinct value, since frequencies repeat; the serving process needs no scipy."""
    distinct, places = np.unique(values, return_inverse=True)
    return np.array([lgamma(value) for value in distinct])[places].reshape(values.shape)
