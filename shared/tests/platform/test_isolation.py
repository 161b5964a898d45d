"""Items that fail cost themselves only, and pauses grow to their limit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lealtad.backoff import Backoff
from lealtad.isolation import isolate_failures


async def run(items, failing, calls=None):
    async def attempt(some):
        if calls is not None:
            calls.append(list(some))
        if bad := failing & set(some):
            raise ValueError(str(sorted(bad)))
        return [item * 10 for item in some]

    async def set_aside(item, _):
        return -item

    return await isolate_failures(items, attempt, set_aside, concerns_all=lambda error: isinstance(error, OSError))


@given(st.lists(st.integers(1, 50), min_size=1, max_size=30, unique=True), st.sets(st.integers(1, 50)))
async def test_each_item_has_its_outcome_in_its_place(items, failing):
    assert await run(items, failing) == [-item if item in failing else item * 10 for item in items]


async def test_items_that_do_not_fail_are_attempted_together():
    calls: list[object] = []
    await run(list(range(1, 101)), set(), calls)
    assert len(calls) == 1


async def test_one_of_many_that_fails_is_found_by_halves():
    calls: list[object] = []
    await run(list(range(1, 129)), {77}, calls)
    assert len(calls) <= 2 * 7 + 1


async def never(_item, error):
    raise AssertionError("nothing is set aside here") from error


async def test_an_error_that_concerns_all_is_raised_at_once():
    calls = []

    async def attempt(some):
        calls.append(some)
        raise OSError

    with pytest.raises(OSError):
        await isolate_failures([1, 2, 3], attempt, never, concerns_all=lambda error: isinstance(error, OSError))
    assert len(calls) == 1


async def test_an_attempt_for_nothing_that_fails_is_raised():
    async def attempt(_):
        raise ValueError

    with pytest.raises(ValueError):
        await isolate_failures([], attempt, never, concerns_all=lambda _: False)


def test_pauses_double_up_to_the_longest_and_begin_again_after_a_success():
    backoff = Backoff(0.1, 0.5)
    assert [backoff.pause_s() for _ in range(5)] == [0.1, 0.2, 0.4, 0.5, 0.5]
    backoff.reset()
    assert [backoff.pause_after_s(ran_s=0.2), backoff.pause_after_s(ran_s=0.2)] == [0.1, 0.2]
    assert backoff.pause_after_s(ran_s=9) == 0.1
