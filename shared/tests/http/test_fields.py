"""Times and references are written in one way in every request."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from lealtad.events.catalog.shared_types import Instant
from lealtad.http import RequestBody, Timestamp
from lealtad.instants import EARLIEST, END
from lealtad.testing.edges import KEPT_INSTANTS, REFUSED_INSTANTS

TIMESTAMP: TypeAdapter[datetime] = TypeAdapter(Timestamp)
INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
NAIVE = st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2199, 12, 30))  # noqa: DTZ001 - zones are drawn


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


@pytest.mark.parametrize("value", REFUSED_INSTANTS)
def test_an_instant_outside_the_range_is_refused_and_not_an_error_of_ours(value: str) -> None:
    with pytest.raises(ValidationError, match="lies outside 1900-01-01 to 2199-12-31"):
        TIMESTAMP.validate_python(value)


@pytest.mark.parametrize("value", KEPT_INSTANTS)
def test_the_ends_of_the_range_are_kept(value: str) -> None:
    assert EARLIEST <= TIMESTAMP.validate_python(value) < END


@given(st.datetimes(timezones=ZONES))
def test_whatever_instant_stands_in_an_event_is_read_as_one_that_every_reader_can_keep(moment: datetime) -> None:
    read = INSTANT.validate_python(moment)

    assert EARLIEST <= read <= END
    assert read.tzinfo is UTC
    assert read == moment or not EARLIEST < moment < END


def test_a_time_without_a_zone_is_no_instant_of_an_event() -> None:
    with pytest.raises(ValidationError):
        INSTANT.validate_python("2011-03-01T09:00:00")


def test_a_misspelt_field_is_noticed() -> None:
    class Body(RequestBody):
        reason: str | None = None

    with pytest.raises(ValidationError, match="reson"):
        Body.model_validate({"reson": "late"})
