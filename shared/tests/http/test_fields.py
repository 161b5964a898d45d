"""Times and references are written in one way in every request."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from lealtad.http import RequestBody, Timestamp

TIMESTAMP: TypeAdapter[datetime] = TypeAdapter(Timestamp)
ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
NAIVE = st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 12, 31))  # noqa: DTZ001 - zones are drawn


@given(NAIVE, ZONES)
def test_an_instant_is_the_same_in_whatever_zone_it_is_written(naive: datetime, zone: timezone) -> None:
    moment = naive.replace(tzinfo=zone)
    read = TIMESTAMP.validate_python(moment.isoformat())

    assert read == moment
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "value", [1_300_000_000, "1300000000", "2011-03-01", "2011-03-01T09:00:00", "2011-13-01T09:00:00Z", "yesterday", ""]
)
def test_what_leaves_the_unit_or_the_zone_open_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        TIMESTAMP.validate_python(value)


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
def test_a_time_outside_the_calendar_is_refused_and_not_an_error_of_ours(value: str) -> None:
    with pytest.raises(ValidationError, match="outside the years 1 to 9999"):
        TIMESTAMP.validate_python(value)


def test_a_misspelt_field_is_noticed() -> None:
    class Body(RequestBody):
        reason: str | None = None

    with pytest.raises(ValidationError, match="reson"):
        Body.model_validate({"reson": "late"})
