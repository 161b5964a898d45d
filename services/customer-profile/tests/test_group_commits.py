"""Facts that arrive one at a time but together share transactions, and nothing else."""

import asyncio
from collections import Counter

from customer_profile.facts.commands import record_facts
from lealtad.events.catalog.customer_profile import PurchaseRecorded
from lealtad.testing.driving import emitted, statements

MANY = 60


async def purchase_events(database):
    return [event for event in await emitted(database) if isinstance(event.data, PurchaseRecorded)]


async def test_a_single_fact_never_waits(shop, database):
    await shop.buys()
    with statements(database) as executed:
        answer = await shop.buys()

    assert answer.status_code == 201
    assert sum("INTO fact" in statement for statement in executed) == 1


async def test_facts_that_arrive_while_others_are_written_share_the_next_transactions(shop, database):
    await shop.buys()
    with statements(database) as executed:
        answers = await asyncio.gather(*(shop.buys(customer=f"web-shop:{number}") for number in range(MANY)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == MANY
    # The first two begin at once; some were read from their connections before the next ones began.
    assert sum("INTO fact" in statement for statement in executed) <= MANY / 4


async def test_fifty_purchases_of_one_customer_at_once_count_as_fifty(shop, database):
    answers = await asyncio.gather(*(shop.buys() for _ in range(50)))

    assert {answer.status_code for answer in answers} == {201}
    assert (await shop.view(include="totals"))["totals"]["purchases"] == 50
    assert sorted(event.sequence for event in await purchase_events(database)) == list(range(1, 51))


async def test_each_gets_its_own_answer(shop, database):
    calls = [
        shop.buys("P1"),
        shop.buys("P1"),
        shop.buys("P1", lines=[shop.line("B")]),
        shop.buys("P2", customer="01890a5d-ac96-774b-bcce-b302099a8057"),
        shop.buys("P3", occurred_at="2999-01-01T00:00:00Z"),
        shop.buys("P4"),
    ]

    answers = await asyncio.gather(*calls)

    found = Counter(answer.status_code for answer in answers)
    assert found == {201: 2, 200: 1, 409: 1, 404: 1, 422: 1}
    assert len(await purchase_events(database)) == 2


async def test_one_that_breaks_its_transaction_breaks_no_other(shop, monkeypatch):
    write = record_facts._write

    async def breaks_at_13(uow, batch, accepted):
        if any(fact.event.source.fact_id == "F13" for fact, _ in accepted):
            raise RuntimeError("no rule foresaw this")
        await write(uow, batch, accepted)

    monkeypatch.setattr(record_facts, "_write", breaks_at_13)

    answers = await asyncio.gather(*(shop.buys(f"F{number}") for number in range(30)))

    assert [place for place, answer in enumerate(answers) if answer.status_code != 201] == [13]
    assert answers[13].status_code == 500


async def test_every_event_stays_in_the_trace_of_its_own_request(shop, database):
    traces = [f"00-{number:032x}-{number:016x}-01" for number in range(1, 21)]

    await asyncio.gather(
        *(shop.post("purchases", shop.purchase(f"F{place}"), traceparent=trace) for place, trace in enumerate(traces))
    )

    traces_of_facts = {
        event.data.source.fact_id: event.traceparent.split("-")[1] for event in await purchase_events(database)
    }
    assert traces_of_facts == {f"F{place}": trace.split("-")[1] for place, trace in enumerate(traces)}
