import asyncio
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lealtad_bench.measured_chain import NotAcceptedError
from lealtad_bench.schedule import Schedule, follow

rates = st.floats(min_value=1, max_value=200)


@settings(deadline=None)
@given(rates, st.floats(min_value=0.1, max_value=2), st.integers(1, 10))
def test_purchases_are_evenly_spaced_and_every_nth_is_watched(rate, seconds, every):
    schedule = Schedule(rate, seconds, every)
    moments = list(schedule.moments())
    assert len(moments) == schedule.count == round(rate * seconds)
    assert [watched for _, watched in moments] == [number % every == 0 for number in range(schedule.count)]
    assert Schedule(rate, seconds, every=0).watched == 0
    assert sum(watched for _, watched in moments) == schedule.watched
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(moments)]
    assert gaps == pytest.approx([1 / rate] * len(gaps))


async def test_slow_answers_do_not_delay_what_was_due_meanwhile():
    due: list[float] = []
    all_sent = asyncio.Event()

    async def send(moment: float, watched: bool) -> float:
        due.append(moment)
        if len(due) == 10:
            all_sent.set()
        await all_sent.wait()  # none is answered before the last is sent
        return 0.0

    await follow(Schedule(1000, 0.01), send)
    assert [moment - due[0] for moment in due] == pytest.approx([number / 1000 for number in range(10)])


async def test_only_latencies_whose_end_was_seen_are_returned():
    async def send(moment: float, watched: bool) -> float | None:
        return moment if watched else None

    assert len((await follow(Schedule(1000, 0.01, every=5), send)).seconds) == 2


async def test_a_purchase_that_is_not_accepted_is_counted_and_the_others_go_on():
    async def send(moment: float, watched: bool) -> float | None:
        if watched:
            raise NotAcceptedError("503")
        return 1.0

    followed = await follow(Schedule(1000, 0.01, every=5), send)
    assert (followed.not_accepted, followed.seconds) == (2, [1.0] * 8)
