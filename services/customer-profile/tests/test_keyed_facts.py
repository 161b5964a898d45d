"""Facts with an Idempotency-Key share transactions as others do; each key has one effect and one answer."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import text

from customer_profile.facts.commands import group_commits, record_facts
from customer_profile.facts.commands.group_commits import GroupCommit
from customer_profile.facts.kinds.registry import KINDS
from lealtad.events.catalog.customer_profile import PurchaseRecorded
from lealtad.http import Problem
from lealtad.http.idempotency import IdempotentRequest
from lealtad.http.key_claims import Claim, claim_free, store_or_release
from lealtad.testing.driving import emitted, statements

DEADLOCKS = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"


def keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def request_of(key: str, content: str = "") -> IdempotentRequest:
    named = {"principal": "till", "method": "POST", "path": "/v1/purchases", "key": key}
    return IdempotentRequest.of(**named, query=b"", body=content.encode())


@pytest.fixture
def purchase(shop):
    """Give a function that makes the request of a purchase."""
    return lambda *fact_id, **content: KINDS.with_name("purchase").request.model_validate(
        shop.purchase(*fact_id, **content)
    )


@pytest.fixture
def process(database):
    """Give a function that makes the group commit of another process on the same database."""
    return lambda: GroupCommit(database, 200)


async def answered(submission) -> int:
    """Return the status of a submission."""
    try:
        return (await submission).status
    except Problem as problem:
        return problem.status


async def purchases_in(database) -> list[str]:
    events = await emitted(database)
    return [event.data.source.fact_id for event in events if isinstance(event.data, PurchaseRecorded)]


async def kept_in(database) -> Counter[int]:
    async with database.read() as uow:
        return Counter((await uow.connection.execute(text("SELECT status FROM idempotency_key"))).scalars())


async def test_fifty_twins_at_once_record_one_fact_and_get_one_answer(shop, database):
    body = shop.purchase("536365")

    answers = await asyncio.gather(*(shop.post("purchases", body, **keyed("k1")) for _ in range(50)))

    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 49
    assert await purchases_in(database) == ["536365"]


async def test_twins_in_two_processes_record_one_fact_and_get_one_answer(purchase, process, database):
    fact, key = purchase("536365"), request_of("k1")
    processes = [process(), process()]

    answers = await asyncio.gather(*(each.submit(fact, key=key) for each in processes for _ in range(25)))

    assert {(answer.status, answer.body) for answer in answers} == {(201, answers[0].body)}
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 49
    assert await purchases_in(database) == ["536365"]


async def test_a_fact_with_a_key_and_the_same_fact_without_one_are_recorded_once(shop, database):
    body = shop.purchase("536365")

    answers = await asyncio.gather(
        *(shop.post("purchases", body, **(keyed(f"k{place}") if place % 2 else {})) for place in range(10))
    )

    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 9}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await purchases_in(database) == ["536365"]


async def test_an_answered_key_a_fresh_one_and_failing_ones_in_one_group(purchase, process, database, monkeypatch):
    group = process()
    await group.submit(purchase("OLD"), key=request_of("old"))
    write = record_facts._write

    async def breaks_at_one(uow, batch, accepted):
        if any(fact.event.source.fact_id == "BREAKS" for fact, _ in accepted):
            raise RuntimeError("no rule foresaw this")
        await write(uow, batch, accepted)

    monkeypatch.setattr(record_facts, "_write", breaks_at_one)
    statuses = await asyncio.gather(
        answered(group.submit(purchase("OLD"), key=request_of("old"))),
        answered(group.submit(purchase("OLD"), key=request_of("old", "other content"))),
        answered(group.submit(purchase("NEW"), key=request_of("new"))),
        answered(group.submit(purchase("NEW-UNKEYED"))),
        answered(group.submit(purchase("BREAKS"), key=request_of("breaks"))),
        answered(group.submit(purchase("NOBODY", customer=NOBODY), key=request_of("nobody"))),
        answered(group.submit(purchase("LATE", occurred_at="2150-01-01T00:00:00Z"), key=request_of("late"))),
    )

    assert statuses == [201, 422, 201, 201, 500, 404, 422]
    assert sorted(await purchases_in(database)) == ["NEW", "NEW-UNKEYED", "OLD"]
    assert await kept_in(database) == {201: 2, 422: 1}


async def test_a_refusal_of_the_moment_releases_the_key_and_one_of_the_content_keeps_it(shop):
    unknown = shop.purchase("P1", customer=NOBODY)
    impossible = shop.purchase("P2", occurred_at="2150-01-01T00:00:00Z")
    refused = [
        await shop.post("purchases", unknown, **keyed("k1")),
        await shop.post("purchases", impossible, **keyed("k2")),
    ]

    again = [
        await shop.post("purchases", unknown, **keyed("k1")),
        await shop.post("purchases", impossible, **keyed("k2")),
    ]

    assert [answer.status_code for answer in refused + again] == [404, 422, 404, 422]
    assert again[1].content == refused[1].content
    assert again[1].headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in again[0].headers


async def test_a_kept_refusal_names_the_trace_of_its_own_request(shop):
    traces = [f"{number:032x}" for number in range(1, 11)]
    body = shop.purchase("P1", occurred_at="2150-01-01T00:00:00Z")

    answers = await asyncio.gather(
        *(shop.post("purchases", body, traceparent=f"00-{trace}-{'1' * 16}-01", **keyed(trace)) for trace in traces)
    )

    assert [answer.json()["instance"] for answer in answers] == [f"urn:trace:{trace}" for trace in traces]


async def test_two_processes_with_the_same_keys_in_opposite_order_do_not_wait_for_each_other(
    purchase, process, database
):
    facts = [(purchase(f"F{number}", customer=f"web-shop:{number}"), request_of(f"k{number}")) for number in range(40)]
    one, other = process(), process()

    answers = await asyncio.gather(
        *(one.submit(fact, key=key) for fact, key in facts),
        *(other.submit(fact, key=key) for fact, key in reversed(facts)),
    )

    assert {answer.status for answer in answers} == {201}
    assert [answer.body for answer in answers[:40]] == [answer.body for answer in reversed(answers[40:])]
    assert len(await purchases_in(database)) == 40
    async with database.read() as uow:
        assert await uow.connection.scalar(DEADLOCKS) == 0


async def test_a_twin_under_way_elsewhere_holds_up_no_other_fact_of_its_group(purchase, process, database):
    group, key = process(), request_of("k1")
    async with database.begin() as uow:
        assert await claim_free(uow.connection, [key]) == [Claim.MADE]
        twin = asyncio.create_task(group.submit(purchase("TWIN"), key=key))
        others = await asyncio.gather(*(group.submit(purchase(), key=request_of(f"o{place}")) for place in range(9)))
        assert not twin.done()
        await store_or_release(uow.connection, {key.scope: None})

    assert {answer.status for answer in others} == {201}
    assert (await twin).status == 201


async def test_a_twin_of_a_long_request_is_told_to_come_back(purchase, process, database, monkeypatch):
    monkeypatch.setattr(group_commits, "LONGEST_WAIT_S", 0.05)
    async with database.begin() as uow:
        await claim_free(uow.connection, [request_of("k1")])
        with pytest.raises(Problem) as refused:
            await process().submit(purchase(), key=request_of("k1"))

    assert (refused.value.status, refused.value.slug) == (409, "request-in-progress")
    assert refused.value.headers["Retry-After"] == "1"


async def test_a_caller_that_disconnects_finds_the_answer_under_its_key(purchase, process, database):
    group, fact, key = process(), purchase("536365"), request_of("k1")
    gone = asyncio.create_task(group.submit(fact, key=key))
    await asyncio.sleep(0)
    gone.cancel()

    answer = await group.submit(fact, key=key)

    assert (answer.status, answer.headers["idempotent-replayed"]) == (201, "true")
    assert await purchases_in(database) == ["536365"]


async def test_a_failure_between_claim_and_commit_leaves_no_claim(purchase, process, database, monkeypatch):
    async def fail(connection, answers):
        raise OSError("the connection broke")

    with monkeypatch.context() as broken:
        broken.setattr(group_commits, "store_or_release", fail)
        assert await answered(process().submit(purchase("536365"), key=request_of("k1"))) == 503

    assert await kept_in(database) == {}
    assert await purchases_in(database) == []
    assert await answered(process().submit(purchase("536365"), key=request_of("k1"))) == 201


@pytest.mark.parametrize("number", [1, 7, 60])
async def test_a_group_of_keyed_facts_costs_a_fixed_number_of_statements(purchase, process, database, number):
    group = process()
    await group.submit(purchase(), key=request_of("warm"))
    with statements(database) as executed:
        await asyncio.gather(*(group.submit(purchase(), key=request_of(f"k{place}")) for place in range(number)))

    assert len(executed) == 8, executed
