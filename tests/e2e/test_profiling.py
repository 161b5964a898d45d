"""An objection to profiling withdraws score, segments of behaviour and tier everywhere; a consent brings them back."""

import httpx
import pytest

from lealtad_demo.client import CHURN, PROFILE

from .world import World, segment_keys

pytestmark = [pytest.mark.stack, pytest.mark.slow]


async def state(world: World, customer: str, granted: bool) -> None:
    said = {"purpose": "profiling", "granted": granted, "source": "form", "given_at": world.now.isoformat()}
    await world.stage.apis.post(PROFILE, f"/v1/customers/{customer}/consents", said)
    await world.settled()


async def score_answer(world: World, customer: str) -> httpx.Response:
    url = f"{world.stage.stack.urls()[CHURN]}/v1/customers/{customer}/churn-score"
    return await world.stage.operations.get(url)


async def test_who_objects_to_profiling_is_profiled_nowhere_until_they_consent(world: World):
    customer = await world.newcomer()
    for days in (25, 20, 10, 0):
        await world.buy(customer, days_ago=days)
    await world.record(
        customer,
        {
            "type": "contract-start",
            "product_line": "care",
            "monthly_amount": {"amount": "5.00", "currency": "EUR"},
        },
    )
    await world.settled()
    before, segments = await world.score(customer), await world.segments(customer)
    assert segment_keys(segments) >= {"active-90d", "contract-customers"}

    await state(world, customer, granted=False)

    refused = await score_answer(world, customer)
    assert (refused.status_code, refused.json()["type"].rsplit(":", 1)[-1]) == (404, "profiling-refused")
    left = await world.segments(customer)
    assert segment_keys(left) == {"contract-customers"}
    assert left["value"]["unknown_reason"] == "profiling-refused"
    profile = await world.profile(customer)
    assert not profile["profiling_allowed"]
    assert (profile["score"]["probability"], profile["score"]["no_score_reason"]) == (None, "profiling-refused")
    assert [segment["key"] for segment in profile["segments"]["segments"]] == ["contract-customers"]
    decision = await world.decision(customer)
    assert (decision["inputs"]["score"], decision["inputs"]["profiling_allowed"]) == (None, False)

    await world.pass_days(1)
    await state(world, customer, granted=True)

    assert (await world.score(customer))["kind"] == before["kind"]
    assert segment_keys(await world.segments(customer)) == segment_keys(segments)
    assert (await world.profile(customer))["score"]["probability"] is not None
    assert (await world.decision(customer))["inputs"]["score"] is not None
