import pytest
from hypothesis import given
from hypothesis import strategies as st

from lealtad_bench.measured_chain import NotAcceptedError
from lealtad_bench.throughput import AIM_S, SETTLED_WITHIN_S, Load, Trial, attempt, best, find_highest, next_window


def a_trial(settled_s: float = 3.0, accepted: int = 100, window: int = 1000) -> Trial:
    return Trial(window=window, accepted=accepted, seconds=10, settled_s=settled_s)


settling = st.floats(min_value=0, max_value=200)


@given(settling)
def test_a_chain_that_settles_late_gets_a_smaller_window_and_one_that_idles_a_larger_one(settled_s):
    window = next_window(a_trial(settled_s))
    if AIM_S / 2 <= settled_s <= SETTLED_WITHIN_S:
        assert window is None
    else:
        assert window is not None
        assert (window < 1000) is (settled_s > SETTLED_WITHIN_S)


@given(settling)
def test_no_step_is_larger_than_four_times(settled_s):
    window = next_window(a_trial(settled_s))
    assert window is None or 250 <= window <= 4000


def test_what_did_not_settle_in_time_does_not_count_however_fast_it_was():
    slow, fast, hasty = a_trial(accepted=100), a_trial(accepted=200), a_trial(settled_s=5.1, accepted=900)
    assert best([slow, fast, hasty]) is fast
    assert best([hasty]) is None


class Tank:
    """Works off nothing until it settles, for as long as it is told."""

    def __init__(self, settles_after: list[float]) -> None:
        self.settles_after = settles_after
        self.under_way = 0
        self.sent = 0

    async def buy(self, due: float, watched: bool) -> float | None:
        raise NotImplementedError

    async def send(self, purchases: int) -> None:
        self.under_way += purchases
        self.sent += purchases

    async def backlog(self) -> int:
        return self.under_way

    async def settle(self) -> float:
        self.under_way = 0
        return self.settles_after.pop(0)


def a_load(trials: int = 3, window: int = 20) -> Load:
    return Load(clients=4, purchases=5, seconds=0.6, trials=trials, first_window=window)


async def test_clients_rest_while_more_than_the_window_is_under_way():
    tank = Tank([1.0])
    tank.under_way = 1000
    trial = await attempt(tank, a_load(), window=20)
    # Each client sends what it had in hand before the first look, and no more.
    assert trial.accepted <= 4 * 5
    assert (trial.window, trial.settled_s) == (20, 1.0)


async def test_trials_end_when_the_window_is_right():
    trials = await find_highest(Tank([10.0, 3.0, 3.0]), a_load(window=100))
    assert [trial.window for trial in trials] == [100, 35]


async def test_there_are_never_more_trials_than_allowed():
    assert len(await find_highest(Tank([60.0] * 5), a_load(trials=2))) == 2


async def test_the_failure_to_look_at_the_backlog_is_not_hidden():
    class Broken(Tank):
        async def backlog(self) -> int:
            raise ConnectionError("nobody answers")

    with pytest.raises(ConnectionError):
        await attempt(Broken([1.0]), a_load(), window=20)


async def test_what_is_refused_counts_apart_and_ends_no_client():
    class Picky(Tank):
        refusals = 3

        async def send(self, purchases: int) -> None:
            if self.refusals:
                self.refusals -= 1
                raise NotAcceptedError("503")
            await super().send(purchases)

    tank = Picky([1.0])
    trial = await attempt(tank, a_load(window=20), window=20)
    assert trial.refused == 3 * 5
    assert trial.accepted == tank.sent > 0
