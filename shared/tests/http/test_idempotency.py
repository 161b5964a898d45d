import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from lealtad.clock import system_now
from lealtad.http import Answer, Personal, Problem, invalid, mint_token
from lealtad.http.key_claims import prune


async def test_a_request_sent_again_has_its_effect_once_and_the_same_answer(shelf):
    first = await shelf.put("lamp", key="k1")
    second = await shelf.put("lamp", key="k1")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    for name in ("etag", "location", "content-type"):
        assert first.headers[name] == second.headers[name]
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert shelf.storing.runs == 1
    assert await shelf.names() == ["lamp"]


async def test_the_same_key_with_another_body_is_refused(shelf):
    await shelf.put("lamp", key="k1")

    answer = await shelf.put("vase", key="k1")

    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:lealtad:problem:idempotency-key-reused"
    assert await shelf.names() == ["lamp"]


async def test_keys_of_other_callers_and_paths_are_other_keys(shelf, settings):
    await shelf.put("lamp", key="k1")
    stranger = {"Authorization": f"Bearer {mint_token(settings, 'stranger', ['facts:write'])}", "Idempotency-Key": "k1"}

    by_another = await shelf.client.post("/v1/things", json={"name": "vase", "amount": 1}, headers=stranger)
    elsewhere = await shelf.client.post("/v1/batches", json=[], headers={"Idempotency-Key": "k1"})

    assert by_another.status_code == 201
    assert elsewhere.status_code == 200


async def test_a_refusal_of_the_content_is_kept_and_what_was_done_before_it_is_taken_back(shelf, a_purchase):
    async def store_then_refuse(uow, thing):
        await uow.connection.execute(text("INSERT INTO thing (name, amount) VALUES ('half', 1)"))
        uow.emit(a_purchase, key=uuid4())
        raise invalid("There are no lamps here.")

    shelf.storing.use_case = store_then_refuse
    first = await shelf.put("lamp", key="k1")
    shelf.storing.use_case = None
    second = await shelf.put("lamp", key="k1")

    assert (first.status_code, second.status_code) == (422, 422)
    assert second.headers["idempotent-replayed"] == "true"
    assert second.headers["content-type"] == "application/problem+json"
    assert second.content == first.content
    assert await shelf.names() == []
    assert await shelf.count("outbox") == 0
    assert await shelf.count("journal") == 0


@pytest.mark.parametrize("status", [404, 409, 412, 429, 503])
async def test_a_refusal_by_the_state_of_the_moment_is_not_kept(shelf, status):
    async def refuse(uow, thing):
        raise Problem(status, "later", "Later", "Come back later.")

    shelf.storing.use_case = refuse
    assert (await shelf.put("lamp", key="k1")).status_code == status
    shelf.storing.use_case = None

    assert (await shelf.put("lamp", key="k1")).status_code == 201


async def test_after_a_failure_the_request_is_done_anew(shelf):
    async def fail(uow, thing):
        raise RuntimeError("boom")

    shelf.storing.use_case = fail
    assert (await shelf.put("lamp", key="k1")).status_code == 500
    shelf.storing.use_case = None

    assert (await shelf.put("lamp", key="k1")).status_code == 201


async def test_a_concurrent_twin_waits_for_the_first_and_gets_its_answer(shelf, store):
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def store_slowly(uow, thing):
        begun.set()
        await go_on.wait()
        return await store(uow, thing)

    shelf.storing.use_case = store_slowly
    first = asyncio.create_task(shelf.put("lamp", key="k1"))
    await begun.wait()
    twin = asyncio.create_task(shelf.put("lamp", key="k1"))
    await _someone_waits_for_a_lock(shelf)
    go_on.set()

    answers = await asyncio.gather(first, twin)

    assert [answer.status_code for answer in answers] == [201, 201]
    assert (await twin).headers["idempotent-replayed"] == "true"
    assert shelf.storing.runs == 1


async def test_a_twin_of_a_long_request_is_told_to_come_back(shelf):
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def hang(uow, thing):
        begun.set()
        await go_on.wait()
        return Answer(thing)

    shelf.storing.use_case = hang
    first = asyncio.create_task(shelf.put("lamp", key="k1"))
    await begun.wait()

    twin = await shelf.put("lamp", key="k1")
    go_on.set()

    assert twin.status_code == 409
    assert twin.headers["retry-after"] == "1"
    assert twin.json()["type"] == "urn:lealtad:problem:request-in-progress"
    assert (await first).status_code == 200


async def test_fifty_twins_at_once_have_one_effect(shelf):
    answers = await asyncio.gather(*[shelf.put("lamp", key="k1") for _ in range(50)])

    assert {answer.status_code for answer in answers} == {201}
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 49
    assert shelf.storing.runs == 1


async def test_keys_are_forgotten_by_age(shelf):
    await shelf.put("lamp", key="k1")

    async with shelf.database.begin() as uow:
        assert await prune(uow.connection, system_now() - timedelta(hours=24), 10) == 0
        assert await prune(uow.connection, system_now() + timedelta(seconds=1), 10) == 1


async def test_neither_key_nor_path_nor_caller_is_stored(shelf):
    await shelf.put("lamp", key="ana@example.org")

    async with shelf.database.read() as uow:
        row = (await uow.connection.execute(text("SELECT scope, body_hash FROM idempotency_key"))).one()
    assert (len(row.scope), len(row.body_hash)) == (32, 32)


async def test_personal_data_is_kept_under_no_key_and_read_anew(shelf):
    shelf.storing.use_case = _store_personal
    first = await _name_owner(shelf)
    kept = await _kept(shelf)
    async with shelf.database.begin() as uow:
        await uow.connection.execute(text("UPDATE thing SET amount = 7"))
    second = await _name_owner(shelf)

    assert first.json() == {"name": "lamp", "amount": 1, "event_id": "e1"}
    assert first.headers["content-location"] == "/v1/things/lamp"
    assert (kept.status, kept.body) == (201, b'{"event_id":"e1"}')
    assert kept.headers == {
        "content-type": "application/json",
        "etag": '"1"',
        "content-location": "/v1/things/lamp",
        "x-mark": "stays",
    }
    assert (second.status_code, second.json()) == (201, {"name": "lamp", "amount": 7, "event_id": "e1"})
    assert second.headers["idempotent-replayed"] == "true"
    assert second.headers["idempotent-body"] == "current"
    assert (second.headers["etag"], second.headers["x-mark"]) == ('"7"', "stays")
    assert "idempotent-body" not in first.headers
    assert shelf.storing.runs == 1


async def test_personal_data_that_are_gone_do_not_come_back_from_a_key(shelf):
    shelf.storing.use_case = _store_personal
    await _name_owner(shelf)
    async with shelf.database.begin() as uow:
        await uow.connection.execute(text("DELETE FROM thing"))

    assert (await _name_owner(shelf)).status_code == 404
    assert shelf.storing.runs == 1


@pytest.mark.parametrize("status", [404, 409, 422])
async def test_no_refusal_of_a_route_with_personal_data_is_kept(shelf, status):
    async def refuse(uow, thing):
        raise Problem(status, "refused", "Refused", "Send something else.")

    shelf.storing.use_case = refuse
    assert (await _name_owner(shelf)).status_code == status
    shelf.storing.use_case = _store_personal

    assert (await _name_owner(shelf)).status_code == 201


async def test_a_route_that_cannot_read_a_personal_answer_again_gives_none(shelf):
    shelf.storing.use_case = _store_personal

    assert (await shelf.put("lamp", key="k1")).status_code == 500
    assert await shelf.names() == []


async def _store_personal(uow, thing):
    await uow.connection.execute(text("INSERT INTO thing (name, amount) VALUES (:name, :amount)"), thing.model_dump())
    kept = {"event_id": "e1"}
    personal = Personal(f"/v1/things/{thing.name}", kept)
    return Answer({**thing.model_dump(), **kept}, 201, {"x-mark": "stays"}, etag=thing.amount, personal=personal)


async def _name_owner(shelf):
    thing = {"name": "lamp", "amount": 1}
    return await shelf.client.put("/v1/owners/lamp", json=thing, headers={"Idempotency-Key": "k1"})


async def _kept(shelf):
    async with shelf.database.read() as uow:
        return (await uow.connection.execute(text("SELECT status, headers, body FROM idempotency_key"))).one()


async def _someone_waits_for_a_lock(shelf) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    async with asyncio.timeout(4), shelf.database.read() as uow:
        # The database tells nobody that a lock is waited for.
        while not (await uow.connection.execute(waiting)).one()[0]:  # noqa: ASYNC110 - there is nothing to await
            await asyncio.sleep(0.01)
