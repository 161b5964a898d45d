"""Live facts go first: a backfill beside them is throttled, and refused if it waits too long."""

import asyncio

import pytest

from customer_profile.batches.commands import record_fact_batch
from customer_profile.facts.commands.throttle_backfill import IntakeThrottle
from customer_profile.settings import Settings
from lealtad.events.cause import Lane
from lealtad.http import Problem
from lealtad.testing.driving import statements


@pytest.fixture
def throttle() -> IntakeThrottle:
    secrets = {"database_url": "postgresql://nowhere", "token_secret": "x" * 32}
    return IntakeThrottle(Settings.model_validate({**secrets, "batch_transaction_facts": 200}))


def soon() -> float:
    return asyncio.get_running_loop().time() + 30


async def test_a_live_fact_waits_for_no_backfill(throttle):
    throttle.note_live()
    async with throttle.admit(Lane.BACKFILL, soon()), throttle.admit(Lane.LIVE, 0) as most:
        assert most == 200


async def test_a_backfill_beside_live_facts_writes_fewer_at_once(throttle):
    async with throttle.admit(Lane.BACKFILL, soon()) as most:
        assert most == 200
    throttle.note_live()
    async with throttle.admit(Lane.BACKFILL, soon()) as most:
        assert most == 20


async def test_no_backfill_waits_while_no_live_facts_arrive(throttle):
    async with throttle.admit(Lane.BACKFILL, 0), throttle.admit(Lane.BACKFILL, 0) as most:
        assert most == 200


async def test_a_backfill_that_is_not_admitted_in_time_is_refused_and_blocks_no_other(throttle):
    throttle.note_live()
    async with throttle.admit(Lane.BACKFILL, soon()):
        with pytest.raises(Problem) as refused:
            async with throttle.admit(Lane.BACKFILL, asyncio.get_running_loop().time()):
                pytest.fail("two at a time")
    assert refused.value.status == 503
    async with asyncio.timeout(5), throttle.admit(Lane.BACKFILL, soon()):
        pass


async def test_a_caller_that_disconnects_while_waiting_blocks_no_other(throttle):
    throttle.note_live()
    async with throttle.admit(Lane.BACKFILL, soon()):
        waiting = asyncio.ensure_future(throttle.admit(Lane.BACKFILL, soon()).__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
    async with asyncio.timeout(5), throttle.admit(Lane.BACKFILL, soon()):
        assert waiting.cancelled()


async def test_a_backfill_beside_live_facts_makes_small_transactions(shop, database):
    await shop.buys()
    facts = [{"type": "purchase", **shop.purchase()} for _ in range(50)]
    with statements(database) as executed:
        answer = await shop.post("batches", {"mode": "backfill", "facts": facts})

    assert answer.json()["recorded"] == 50
    assert sum("INTO fact" in statement for statement in executed) == 3


async def test_facts_that_a_request_does_not_reach_are_answered_503_and_may_be_sent_again(shop, monkeypatch):
    await shop.buys()
    facts = [{"type": "purchase", **shop.purchase()} for _ in range(3)]
    with monkeypatch.context() as patched:
        patched.setattr(record_fact_batch, "MAX_WAIT_S", -1)
        answer = (await shop.post("batches", {"mode": "backfill", "facts": facts})).json()
    assert [item["status"] for item in answer["items"]] == [503] * 3
    assert "Send this fact again" in answer["items"][0]["problem"]["detail"]

    again = (await shop.post("batches", {"mode": "backfill", "facts": facts})).json()
    assert again["recorded"] == 3
