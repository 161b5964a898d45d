"""Features: the input of models, a row of numbers per customer and day.

Features depend on the folded history, the open cases and the active contracts of that day alone. They never depend on
the score, or on data that other services derive from it. Unknown values are NaN.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from churn_scoring.domain.history import DECAYING, History

Floats = NDArray[np.float64]

FEATURES = (
    "frequency",  # BG/NBD's x: purchase days after the first
    "recency",  # BG/NBD's t_x: days from the first to the last purchase
    "age",  # BG/NBD's T: days since the first purchase
    "silence",  # days since the last purchase
    "usual_gap",  # mean days between purchases
    "gap_deviation",  # standard deviation of days between purchases
    "gap_smoothed",  # exponentially smoothed gap, which follows a changing rhythm
    "gap_ratio",  # silence in usual gaps
    "mean_order",
    "return_share",  # money returned / money spent
    "contact_silence",  # days since the last touchpoint
    "offer_acceptance",  # accepted share of answered offers, with a prior of one in two
    "open_cases",
    "active_contracts",
    *DECAYING,
)
FOLDED = (
    "day",
    "first_purchase_day",
    "last_purchase_day",
    "purchases",
    "purchase_days",
    "gap_squares",
    "gap_smoothed",
    "spent",
    "returned",
    "last_touchpoint_day",
    "offers_accepted",
    "offers_rejected",
)
"""Columns of the history that features use besides the decayed sums."""

COLUMN = {name: place for place, name in enumerate(FEATURES)}


@dataclass(frozen=True, slots=True)
class Profile:
    """The features' source: history, open cases and active contracts of a customer."""

    history: History
    open_cases: int = 0
    active_contracts: int = 0


Columns = dict[str, Floats]


def columns_of(profiles: Sequence[Profile]) -> Columns:
    """Return the input of `feature_rows`, one array per column, reusable for any number of days."""
    columns = {name: _column(profiles, name) for name in (*FOLDED, *DECAYING)}
    columns["open_cases"] = np.array([float(profile.open_cases) for profile in profiles])
    columns["active_contracts"] = np.array([float(profile.active_contracts) for profile in profiles])
    return columns


def feature_rows(columns: Columns, days: Floats | int) -> Floats:
    """Return one row of FEATURES per profile as of a day (a UTC day ordinal, one for all or one each).

    Facts dated after the day count as of the day, since a shop's clock may run ahead.
    """
    day = np.broadcast_to(np.asarray(days, dtype=np.float64), columns["day"].shape)
    rows = np.empty((len(day), len(FEATURES)))
    for name, values in (_rhythm(columns, day) | _states(columns, day) | _decayed(columns, day)).items():
        rows[:, COLUMN[name]] = values
    return rows


def _rhythm(columns: Columns, day: Floats) -> Columns:
    frequency = np.maximum(columns["purchase_days"] - 1, 0.0)
    recency = columns["last_purchase_day"] - columns["first_purchase_day"]
    silence = np.maximum(day - columns["last_purchase_day"], 0.0)
    usual_gap = _ratio(recency, frequency)
    variance = _ratio(columns["gap_squares"], frequency) - usual_gap**2
    return {
        "frequency": frequency,
        "recency": recency,
        "age": recency + silence,
        "silence": silence,
        "usual_gap": usual_gap,
        "gap_deviation": np.sqrt(np.maximum(variance, 0.0)),
        "gap_smoothed": columns["gap_smoothed"],
        "gap_ratio": _ratio(silence, usual_gap),
    }


def _states(columns: Columns, day: Floats) -> Columns:
    accepted, rejected = columns["offers_accepted"], columns["offers_rejected"]
    return {
        "mean_order": _ratio(columns["spent"], columns["purchases"]),
        "return_share": _ratio(columns["returned"], columns["spent"]),
        "contact_silence": np.maximum(day - columns["last_touchpoint_day"], 0.0),
        "offer_acceptance": (accepted + 1) / (accepted + rejected + 2),
        "open_cases": columns["open_cases"],
        "active_contracts": columns["active_contracts"],
    }


def _decayed(columns: Columns, day: Floats) -> Columns:
    passed = np.maximum(day - columns["day"], 0.0)
    return {name: columns[name] * np.exp2(-passed / half_life) for name, half_life in DECAYING.items()}


def _column(profiles: Sequence[Profile], name: str) -> Floats:
    values = (getattr(profile.history, name) for profile in profiles)
    return np.array([np.nan if value is None else float(value) for value in values])


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)
