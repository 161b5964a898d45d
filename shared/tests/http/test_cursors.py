import base64
from datetime import UTC, datetime
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lealtad.http import Page, PageQuery, Problem
from lealtad.http.pagination import decode_cursor, encode_cursor

sort_values = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.none(),
    st.dates(),
    st.uuids(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - given a zone
    st.floats(allow_nan=False, allow_infinity=False),
)


@given(st.lists(sort_values, max_size=5).map(tuple))
def test_a_cursor_gives_back_the_sort_key_with_its_types(key):
    decoded = decode_cursor(encode_cursor(key))

    assert decoded == key
    assert [type(value) for value in decoded] == [type(value) for value in key]


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_text_is_a_cursor_or_a_problem_that_does_not_repeat_it(text):
    refusal = _refusal_of(text)

    if refusal is not None:
        assert (refusal.status, refusal.slug) == (422, "invalid-cursor")
        assert refusal.extensions["errors"] == [{"pointer": "cursor", "message": "not a cursor of this list"}]


def _refusal_of(text) -> Problem | None:
    try:
        decode_cursor(text)
    except Problem as problem:
        return problem
    return None


@pytest.mark.parametrize(
    "forged",
    [
        {"id": "x"},
        [{"id": "x"}],
        [{"sql": "x"}],
        [{"time": "x"}],
        [{"time": "0001-01-01T00:00:00+01:00"}],
        [{"time": "9999-12-31T23:59:59-01:00"}],
        [{"decimal": "x"}],
        [{}],
        [{"id": 1}],
        7,
        None,
    ],
)
def test_a_forged_cursor_is_refused(forged):
    cursor = base64.urlsafe_b64encode(orjson.dumps(forged)).decode()

    with pytest.raises(Problem, match="invalid-cursor"):
        decode_cursor(cursor)


def test_a_cursor_of_another_list_is_refused_by_the_types_of_its_key():
    of_names = PageQuery(cursor=encode_cursor(("gold", 3)))

    with pytest.raises(Problem, match="invalid-cursor"):
        of_names.after(datetime, UUID)
    assert of_names.after(str, int) == ("gold", 3)


def test_the_first_page_has_no_key_to_read_after():
    assert PageQuery().after(datetime, UUID) is None
    assert PageQuery().limit == 50


def test_a_full_page_says_where_the_next_begins_and_a_short_one_that_it_is_the_last():
    ids = sorted(uuid4() for _ in range(5))

    full = Page.of(ids[:3], 3, lambda row: (row,))
    last = Page.of(ids[3:], 3, lambda row: (row,))

    assert full.next_cursor
    assert decode_cursor(full.next_cursor) == (ids[2],)
    assert last.next_cursor is None
    assert full.items + last.items == ids


def test_what_is_shown_of_a_row_need_not_hold_its_sort_key():
    rows = [("ana", 1), ("eva", 2)]

    page = Page.of(rows, 2, cursor_of=lambda row: (row[1],), item_of=lambda row: row[0])

    assert page.items == ["ana", "eva"]
    assert page.next_cursor
    assert decode_cursor(page.next_cursor) == (2,)


def test_true_is_no_number_in_a_cursor():
    with pytest.raises(Problem, match="invalid-cursor"):
        PageQuery(cursor=encode_cursor((True,))).after(int)
    assert PageQuery(cursor=encode_cursor((True,))).after(bool) == (True,)


@pytest.mark.parametrize(
    "time",
    [
        "0001-01-01T00:00:00+00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59.999999+00:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_a_time_at_an_edge_of_the_calendar_is_no_cursor(time):
    forged = base64.urlsafe_b64encode(orjson.dumps([{"time": time}])).decode()

    assert _refusal_of(forged).slug == "invalid-cursor"
