"""The scoring policy: published probabilities, and its validation."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from churn_scoring.domain.features import COLUMN
from churn_scoring.domain.policy import EVIDENCE, Band, Evidence, ScoringPolicy

POLICY = ScoringPolicy()


@given(st.floats(0, 1))
def test_a_published_probability_lies_on_the_grid_and_is_never_certain(probability: float) -> None:
    published = POLICY.published(int(POLICY.steps(np.array([probability]))[0]))

    assert published % POLICY.grid == 0
    assert Decimal(0) < published < 1
    assert abs(float(published) - probability) <= float(POLICY.grid) + 1e-9


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_larger_probability_never_falls_into_a_lower_band(first: float, second: float) -> None:
    names = [band.name for band in POLICY.bands]
    low, high = sorted((first, second))
    steps = POLICY.steps(np.array([low, high]))

    lower, higher = (names.index(POLICY.band_of(POLICY.published(int(step)))) for step in steps)
    assert lower <= higher


def test_a_band_includes_its_beginning() -> None:
    assert POLICY.band_of(Decimal("0.60")) == "high"
    assert POLICY.band_of(Decimal("0.58")) == "medium"


@pytest.mark.parametrize("starts", [("0.1", "0.5"), ("0", "0.5", "0.5"), ("0", "0.6", "0.5")])
def test_bands_must_begin_at_zero_and_rise(starts: tuple[str, ...]) -> None:
    bands = tuple(Band(name=f"band-{place}", from_probability=start) for place, start in enumerate(starts))

    with pytest.raises(ValidationError, match="begin at 0 and rise"):
        ScoringPolicy(bands=bands)


def test_band_names_must_differ() -> None:
    with pytest.raises(ValidationError, match="names must differ"):
        ScoringPolicy(bands=[{"name": "low", "from_probability": 0}, {"name": "low", "from_probability": "0.5"}])


def test_evidence_must_name_a_known_feature_once() -> None:
    with pytest.raises(ValidationError, match="no evidence feature"):
        Evidence(feature="shoe_size", log_odds=1, cap=1)
    with pytest.raises(ValidationError, match="named once"):
        ScoringPolicy(evidence=[Evidence(feature="open_cases", log_odds=1, cap=1)] * 2)


def test_every_evidence_feature_exists() -> None:
    assert set(EVIDENCE) <= set(COLUMN)


@given(st.integers(1, 49), st.integers(1, 49))
def test_the_published_probability_holds_within_the_drift_and_its_band(before: int, now: int) -> None:
    last, new = POLICY.published(before), POLICY.published(now)

    (step,) = POLICY.steps_to_publish(np.array([now]), [last])

    near = abs(new - last) < POLICY.drift and POLICY.band_of(new) == POLICY.band_of(last)
    assert POLICY.published(int(step)) == (last if near else new)


def test_without_a_published_probability_the_new_one_is_published() -> None:
    assert POLICY.steps_to_publish(np.array([7, 9]), [None, None]).tolist() == [7, 9]
