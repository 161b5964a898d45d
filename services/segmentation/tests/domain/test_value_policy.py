"""Boundaries are computed at fixed times, by a policy whose tiers cover the whole base."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from segmentation.domain.value_policy import ValuePolicy, next_computation

times = st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


def policy(*shares: str, hour: int = 2, tiers: list[str] | None = None) -> ValuePolicy:
    names = tiers or [f"tier-{number}" for number in range(len(shares))]
    rules: list[dict[str, Any]] = [
        {"tier": name, "revenue_share": share, "service_tier": "standard"}
        for name, share in zip(names, shares, strict=True)
    ]
    return ValuePolicy.model_validate({"window_days": 365, "min_customers": 20, "hour": hour, "tiers": rules})


@given(now=times, hour=st.integers(0, 23))
def test_the_next_time_is_the_policys_hour_within_a_day(now: datetime, hour: int) -> None:
    following = next_computation(policy("1", hour=hour), now, known=True)

    assert timedelta(0) < following - now <= timedelta(days=1)
    assert (following.hour, following.minute, following.second, following.microsecond) == (hour, 0, 0, 0)


@given(now=times)
def test_without_boundaries_every_full_hour_is_tried(now: datetime) -> None:
    following = next_computation(policy("1"), now, known=False)

    assert timedelta(0) < following - now <= timedelta(hours=1)
    assert (following.minute, following.second, following.microsecond) == (0, 0, 0)


@given(now=times, later=st.integers(0, 3599))
def test_the_next_time_does_not_depend_on_the_time_of_the_call(now: datetime, later: int) -> None:
    following = next_computation(policy("1"), now, known=True)
    asked_later = now + timedelta(seconds=later)

    assert asked_later >= following or next_computation(policy("1"), asked_later, known=True) == following


@pytest.mark.parametrize(
    ("shares", "names", "message"),
    [
        (["0.8", "0.5", "1"], None, "must grow"),
        (["0.5", "0.8"], None, "every buyer has a tier"),
        (["0.5", "1"], ["gold", "gold"], "named once"),
        (["0", "1"], None, "greater than 0"),
    ],
)
def test_tiers_that_leave_a_gap_are_refused(shares: list[str], names: list[str] | None, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        policy(*shares, tiers=names)
