"""Time alone acts: who stops buying is scored again, moves segment and gets an offer, although no event arrives."""

import pytest

from .world import World, kind_of, segment_keys

pytestmark = [pytest.mark.stack, pytest.mark.slow]


async def test_who_stops_buying_is_rescored_moved_and_offered_a_win_back(world: World):
    customer = await world.newcomer()
    purchases = [await world.buy(customer, days_ago=days) for days in (40, 30, 20, 10, 0)]
    await world.settled()
    buying = await world.score(customer)
    assert buying["band"] == "low"
    assert segment_keys(await world.segments(customer)) >= {"active-90d", "loyal"}

    await world.pass_days(130)
    silent = await world.score(customer)
    assert float(silent["probability"]) > float(buying["probability"])
    assert silent["band"] in {"high", "critical"}
    assert silent["as_of"] > buying["as_of"]
    assert not set(silent["causes"]) & set(purchases)
    segments = await world.segments(customer)
    assert "lapsed" in segment_keys(segments)
    assert not segment_keys(segments) & {"active-90d", "loyal"}
    decision = await world.decision(customer)
    assert kind_of(decision) == "win-back"
    assert not set(decision["causes"]["ids"]) & set(purchases)
