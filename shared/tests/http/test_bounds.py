"""What is cheap to send is not long to read, and its answer not long either."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from lealtad.http import Problem, RequestBody
from lealtad.http.batch_body import CHARACTERS_AT_ONCE, ITEMS_AT_ONCE, Items, Reader
from lealtad.http.json_limits import is_simple
from lealtad.settings import ServiceSettings

LONGEST_ANSWER = 64 << 10
"""Bytes; fifty errors with names of places as long as they are shown."""
SETTINGS = ServiceSettings(database_url="postgresql://nobody@localhost/none", token_secret="x" * 32)


class Wide(RequestBody):
    names: list[int] = Field(default_factory=list, max_length=10_000)


@pytest.fixture
def settings(settings: ServiceSettings) -> ServiceSettings:
    return settings.model_copy(update={"max_body_bytes": 1 << 20})


@pytest.fixture
def wide(app, client: httpx.AsyncClient) -> httpx.AsyncClient:
    async def take(body: Wide) -> None: ...

    app.add_api_route("/v1/wide", take, methods=["POST"])

    return client


async def test_many_errors_are_answered_by_fifty_and_how_many_more(wide):
    answer = await wide.post("/v1/wide", json={"names": ["x"] * 5000})

    problem = answer.json()
    assert (answer.status_code, len(problem["errors"]), problem["more_errors"]) == (422, 50, 4950)
    assert "4950 more" in problem["detail"]
    assert problem["errors"][49]["pointer"] == "/names/49"


async def test_few_errors_are_all_listed(wide):
    problem = (await wide.post("/v1/wide", json={"names": ["x"] * 50})).json()

    assert len(problem["errors"]) == 50
    assert "more_errors" not in problem


@pytest.mark.parametrize(
    "body",
    [
        {f"{number}": 1 for number in range(9_000)},
        {f"{'long' * 4000}{number}": 1 for number in range(60)},
        {"\x00~/" * 3000 + str(number): 1 for number in range(30)},
        {"names": ["x" * 100] * 9_000},
    ],
    ids=["many", "long", "escaped", "values"],
)
async def test_the_answer_to_a_wrong_body_is_short(wide, body):
    answer = await wide.post("/v1/wide", json=body)

    assert answer.status_code == 422
    assert len(answer.content) < LONGEST_ANSWER


@pytest.mark.parametrize(
    "body",
    ["[" * 500_000, '{"a":' * 150_000, "[" + "0," * 400_000 + "0]", "[" + "{}," * 300_000 + "{}]", "[" * 65 + "]" * 65],
    ids=["lists", "objects", "values", "empty-objects", "just-too-deep"],
)
async def test_a_body_that_holds_too_much_is_refused_before_it_is_parsed(wide, body):
    answer = await wide.post("/v1/wide", content=body, headers={"content-type": "application/json"})

    assert (answer.status_code, answer.json()["type"]) == (413, "urn:lealtad:problem:body-too-complex")


@pytest.mark.parametrize(
    "body", ['"' + "[{," * 5_000 + '"', r'"\"[[[["', "[" * 64 + "]" * 64, "[{}," * 30 + "0" + "]" * 30]
)
def test_signs_within_texts_do_not_make_a_body_deep(body):
    assert is_simple(body, SETTINGS) is is_simple(body.encode(), SETTINGS) is True


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda below: st.lists(below, max_size=5) | st.dictionaries(st.text(), below, max_size=5),
    max_leaves=20,
)


def read(text: str, most: int = 1000, **settings: int) -> Any:
    return asyncio.run(
        Reader(text, Items("items", most, lambda item: item), SETTINGS.model_copy(update=settings)).read()
    )


@given(
    items=st.lists(JSON, max_size=30),
    others=st.dictionaries(st.text(), JSON, max_size=3),
    indent=st.sampled_from([None, 1]),
)
def test_a_body_read_item_by_item_is_what_was_sent(items, others, indent):
    sent = {**others, "items": items}

    assert read(json.dumps(sent, indent=indent)) == sent


@given(
    items=st.lists(JSON, max_size=10), cut=st.integers(0, 200), put=st.sampled_from(["", ",", "]", "}", '"', "x", "1"])
)
def test_a_body_that_json_refuses_is_refused(items, cut, put):
    text = json.dumps({"items": items})
    text = text[:cut] + put + text[cut + 1 :]
    try:
        expected = json.loads(text)
    except json.JSONDecodeError:
        expected = None
    try:
        found = read(text)
    except json.JSONDecodeError:
        found = None

    # A list is not read, since it is refused for being one.
    assert found == expected or isinstance(expected, list) or (found == [] and text.startswith("["))


@pytest.mark.parametrize("item", ["1" * 4000, f'"{"x" * 20_000}"', f"[{'0,' * 9_000}0]"])
def test_items_are_read_whole_though_they_are_longer_than_the_first_look(item):
    assert read(f'{{"items": [{" " * 90}{item}, 2]}}') == {"items": [json.loads(item), 2]}


def test_an_item_above_the_limit_is_refused_with_the_limit():
    with pytest.raises(Problem) as refused:
        read(f'{{"items": ["{"x" * 3000}", 1]}}', max_item_bytes=2048)

    assert (refused.value.status, refused.value.extensions) == (413, {"limit_characters": 2048})


def test_a_slip_in_a_long_batch_is_told_as_what_it_is():
    text = json.dumps({"items": [{"name": "x" * 50}] * 500})
    broken = text.replace("}, {", "}, {,", 1)

    with pytest.raises(json.JSONDecodeError) as refused:
        read(broken)

    assert broken[refused.value.pos - 1 : refused.value.pos + 1] == "{,"


def test_nothing_is_read_behind_one_item_too_many():
    assert len(read('{"items": [' + "1," * 2000 + "…", most=1000)["items"]) == 1001


@pytest.mark.parametrize(("item", "most"), [("1", ITEMS_AT_ONCE), ('"' + "x" * 30_000 + '"', 3)])
async def test_other_requests_have_their_turn_between_few_items(item, most):
    turns, since = [], 0

    def count(value: Any) -> Any:
        nonlocal since
        since += 1
        return value

    async def pause() -> None:
        nonlocal since
        turns.append(since)
        since = 0

    await Reader('{"items": [' + ",".join([item] * 200) + "]}", Items("items", 1000, count), SETTINGS, pause).read()

    assert max(turns) == most
    assert sum(turns) > 200 - most
    assert CHARACTERS_AT_ONCE < 3 * 30_000
