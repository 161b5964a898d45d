"""Query parameters that a route does not know, or that are given twice, are refused."""

from typing import Annotated

import pytest
from fastapi import Depends, Response
from fastapi import Query as QueryParameter
from pydantic import BaseModel

from lealtad.http import Answer, PageWanted, Query, reads
from lealtad.unit_of_work import UnitOfWork


class Asked(BaseModel):
    colours: list[str]


async def search(
    query: Annotated[Query, Depends(reads("facts:read"))],
    page: PageWanted,
    email: str | None = None,
    colour: Annotated[list[str] | None, QueryParameter()] = None,
) -> Response:
    async def answer(_: UnitOfWork) -> Answer:
        return Answer(Asked(colours=colour or []))

    return await query.run(answer)


@pytest.fixture(autouse=True)
def _search_route(app):
    app.add_api_route("/v1/search", search)


async def problem_of(shelf, query: str) -> list[dict[str, str]]:
    answer = await shelf.client.get(f"/v1/search?{query}")
    assert answer.status_code == 422
    return answer.json()["errors"]


async def test_a_parameter_that_the_route_lacks_is_named_with_the_nearest_known(shelf):
    assert await problem_of(shelf, "emial=ana@example.org") == [
        {"pointer": "emial", "message": "is not a parameter of this route", "hint": "did you mean email?"}
    ]


async def test_one_that_is_like_none_is_answered_with_those_that_are_known(shelf):
    (error,) = await problem_of(shelf, "q=ana&limit=5")

    assert error["hint"] == "known here: colour, cursor, email, limit"


async def test_all_that_are_wrong_are_named(shelf):
    assert [error["pointer"] for error in await problem_of(shelf, "b=1&limit=5&a=2")] == ["b", "a"]


async def test_a_parameter_given_twice_is_refused_unless_it_is_a_list(shelf):
    assert await problem_of(shelf, "limit=1&limit=2") == [
        {"pointer": "limit", "message": "is given 2 times", "hint": "once"}
    ]
    answer = await shelf.client.get("/v1/search?colour=red&colour=blue")
    assert answer.json() == {"colours": ["red", "blue"]}


async def test_a_writing_route_refuses_unknown_parameters_too(shelf):
    answer = await shelf.client.post("/v1/things?dry_run=true", json={"name": "lamp", "amount": 1})

    assert answer.status_code == 422
    assert await shelf.names() == []


async def test_a_caller_without_a_token_learns_nothing_about_parameters(shelf):
    answer = await shelf.client.get("/v1/search?nonsense=1", headers={"Authorization": ""})

    assert answer.status_code == 401


async def test_a_name_of_any_length_is_shown_in_part(shelf):
    (error,) = await problem_of(shelf, "x" * 5000)

    assert len(error["pointer"]) == 101
