import asyncio

import pytest
from sqlalchemy import text

from lealtad.http import Answer
from lealtad.http.database_errors import LostRaceError

FAILS_AT_COMMIT = """
CREATE FUNCTION owned.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';
CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON owned.thing DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION owned.refuse()
"""


async def _run_script(shelf, script: str) -> None:
    async with shelf.database.begin() as uow:
        await uow.connection.run_script(script)


@pytest.mark.parametrize("key", [None, "k1"])
async def test_a_failing_commit_is_never_answered_as_a_success(shelf, key):
    await _run_script(shelf, FAILS_AT_COMMIT)

    answer = await shelf.put("lamp", key=key)

    assert answer.status_code == 500
    assert await shelf.names() == []


async def test_what_was_answered_is_committed_before_the_answer_leaves(shelf, app):
    seen = []

    async def send(message):
        if message["type"] == "http.response.start":
            seen.append((message["status"], await shelf.count("thing")))

    request = shelf.client.build_request("POST", "/v1/things", json={"name": "lamp", "amount": 1})
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": "/v1/things",
        "query_string": b"",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": "http",
        "server": ("shelf", 80),
    }

    async def receive():
        return {"type": "http.request", "body": request.content, "more_body": False}

    await app(scope, receive, send)

    assert seen == [(201, 1)]


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
async def test_a_transaction_that_lost_to_a_concurrent_one_is_run_again(shelf, store, sqlstate):
    async def lose_twice(uow, thing):
        if shelf.storing.runs <= 2:
            await uow.connection.execute(text(f"DO $$ BEGIN RAISE SQLSTATE '{sqlstate}'; END $$"))
        return await store(uow, thing)

    shelf.storing.use_case = lose_twice

    assert (await shelf.put("lamp")).status_code == 201
    assert shelf.storing.runs == 3
    assert await shelf.names() == ["lamp"]


async def test_a_real_deadlock_ends_well_for_both(shelf):
    await shelf.put("a")
    await shelf.put("b")
    both_hold_one = asyncio.Barrier(2)

    async def swap(uow, thing):
        first, second = ("a", "b") if thing.name == "ab" else ("b", "a")
        lock = text("UPDATE thing SET amount = amount + 1 WHERE name = :name")
        await uow.connection.execute(lock, {"name": first})
        if shelf.storing.runs <= 4:
            await both_hold_one.wait()
        await uow.connection.execute(lock, {"name": second})
        return await _amounts(uow)

    shelf.storing.use_case = swap
    answers = await asyncio.gather(shelf.put("ab"), shelf.put("ba"))

    assert [answer.status_code for answer in answers] == [200, 200]
    items = (await shelf.client.get("/v1/things")).json()["items"]
    assert items == [{"name": "a", "amount": 3}, {"name": "b", "amount": 3}]


async def _amounts(uow):
    rows = await uow.connection.execute(text("SELECT name, amount FROM thing"))
    return Answer([dict(row) for row in rows])


async def _cannot_serialise(uow, thing):
    await uow.connection.execute(text("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"))


async def _finds_itself_late(uow, thing):
    raise LostRaceError


@pytest.mark.parametrize("lose", [_cannot_serialise, _finds_itself_late])
async def test_retries_are_bounded_and_then_the_caller_is_told_to_come_back(shelf, lose):
    shelf.storing.use_case = lose
    answer = await shelf.put("lamp")

    assert shelf.storing.runs == 5
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"


async def test_a_value_that_the_database_cannot_hold_is_the_callers_to_correct(shelf):
    answer = await shelf.put("nul \0 in it")

    assert answer.status_code == 422
    assert "NUL" in answer.json()["detail"]


async def test_a_database_that_is_away_is_told_as_such(shelf):
    async def cut(uow, thing):
        await uow.connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    shelf.storing.use_case = cut
    answer = await shelf.put("lamp")

    assert answer.status_code == 503
    assert "same Idempotency-Key" in answer.json()["detail"]
    shelf.storing.use_case = None
    assert (await shelf.put("lamp")).status_code == 201


async def test_a_change_needs_the_version_it_was_made_on(shelf):
    made = await shelf.put("lamp")
    change = {"name": "lamp", "amount": 7}

    blind = await shelf.client.patch("/v1/things/lamp", json=change)
    right = await shelf.client.patch("/v1/things/lamp", json=change, headers={"If-Match": made.headers["etag"]})
    stale = await shelf.client.patch("/v1/things/lamp", json=change, headers={"If-Match": made.headers["etag"]})

    assert [answer.status_code for answer in (blind, right, stale)] == [428, 200, 412]
    assert right.headers["etag"] == '"2"'


async def test_pages_follow_one_another_without_gap_or_overlap(shelf):
    names = [f"t{number}" for number in range(7)]
    for name in names:
        await shelf.put(name)

    seen, cursor = [], None
    while True:
        page = (
            await shelf.client.get("/v1/things", params={"limit": 3} | ({"cursor": cursor} if cursor else {}))
        ).json()
        seen += [item["name"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert seen == names
