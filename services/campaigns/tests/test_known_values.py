"""An audience may name only tiers and bands that exist; the answer warns about segments that are not in force."""

from uuid import UUID

import pytest

from campaigns.offers.schemas import TERMS
from campaigns.service import SERVICE
from lealtad.events.catalog.churn_scoring import ScoringPolicyChanged
from lealtad.events.catalog.segmentation import DefinitionChanged, SegmentRef, ValuePolicyChanged
from lealtad.testing.builders import an_event
from lealtad.testing.driving import deliver

from .builders import START

POLICY = "/v1/contact-policy"
SHIPPED = UUID(int=1)
NEW = UUID(int=2)


def offer(**audience):
    return {**TERMS, "audience": audience}


def definition(segment_id, key, *, archived=False, version=1, sequence=1):
    ref = SegmentRef(segment_id=segment_id, key=key, version=version)
    event = DefinitionChanged(segment=ref, archived=archived, changed_at=START)
    return an_event(event, key=segment_id, sequence=sequence)


async def sent(client, **audience):
    """Return the answers to the audience in a new offer, in a changed offer and in a situation of the policy."""
    policy = (await client.get(POLICY)).json()
    version = policy["version"]
    document = {name: value for name, value in policy.items() if name not in {"version", "changed_at", "changed_by"}}
    situation = {"name": "tried", "audience": audience, "weights": {"reward": "2"}}
    document["situations"] = [*document["situations"], situation]
    place = len(document["situations"]) - 1
    shipped = await client.get("/v1/offers/reward-season-preview")
    return [
        (await client.post("/v1/offers", json={"key": "tried", **offer(**audience)}), "/audience"),
        (
            await client.put(
                "/v1/offers/reward-season-preview",
                json=offer(**audience),
                headers={"If-Match": shipped.headers["etag"]},
            ),
            "/audience",
        ),
        (
            await client.put(POLICY, json=document, headers={"If-Match": f'"{version}"'}),
            f"/situations/{place}/audience",
        ),
    ]


@pytest.mark.parametrize(
    ("audience", "field", "hint"),
    [
        ({"tiers": ["gold", "platinium"]}, "tiers", "one of platinum, "),
        ({"churn_bands": ["hihg"]}, "churn_bands", "one of high, "),
        ({"churn_bands": ["gold"]}, "churn_bands", "one of low, "),
    ],
)
async def test_a_tier_or_band_that_does_not_exist_is_refused_with_the_nearest_first(client, audience, field, hint):
    for answer, pointer in await sent(client, **audience):
        assert answer.status_code == 422, answer.text
        (error,) = answer.json()["errors"]
        assert error["pointer"] == f"{pointer}/{field}"
        assert error["hint"].startswith(hint)


@pytest.mark.parametrize("field", ["segments_any", "segments_all", "segments_none"])
async def test_a_segment_that_is_not_in_force_is_warned_about_with_the_nearest_first(client, field):
    for answer, pointer in await sent(client, **{field: ["loyalty"]}):
        assert answer.status_code in {200, 201}, answer.text
        (warning,) = answer.json()["warnings"]
        assert warning["pointer"] == f"{pointer}/{field}"
        assert warning["message"] == "the segment 'loyalty' is not in force: no customer is in it"
        assert warning["known"][0] == "loyal"
        assert len(warning["known"]) <= 20


async def test_an_archived_segment_is_warned_about_and_a_new_one_is_known(client, database):
    events = [
        definition(SHIPPED, "champions", archived=True, version=2, sequence=2),
        definition(SHIPPED, "champions", version=2, sequence=1),
        definition(NEW, "families"),
    ]
    await deliver(SERVICE, database, events)

    for answer, pointer in await sent(client, segments_any=["champions", "families", "loyal"]):
        # A shipped situation of the policy names the archived segment, too.
        place = f"{pointer}/segments_any"
        (warning,) = [each for each in answer.json()["warnings"] if each["pointer"] == place]
        assert warning["message"] == "the segment 'champions' is archived: no customer is in it"
        assert "champions" not in warning["known"]
        assert "families" in warning["known"]


async def test_an_audience_that_can_match_gives_no_warning(client):
    for answer, _ in await sent(client, tiers=["gold"], churn_bands=["high"], segments_any=["loyal"]):
        assert answer.json()["warnings"] == []


async def test_new_bands_and_tiers_may_be_named_once_they_are_announced(client, database):
    bands = ScoringPolicyChanged(version=2, bands=["calm", "severe"], changed_at=START)
    tiers = ValuePolicyChanged(version=2, tiers=["diamond"], service_tiers=["premium"], changed_at=START)
    older = ValuePolicyChanged(version=1, tiers=["gold"], service_tiers=["premium"], changed_at=START)
    events = [
        an_event(bands, key=UUID(int=3)),
        an_event(tiers, key=UUID(int=4), sequence=2),
        an_event(older, key=UUID(int=4), sequence=1),
    ]
    await deliver(SERVICE, database, events)

    taken = await client.post("/v1/offers", json={"key": "a", **offer(tiers=["diamond"], churn_bands=["severe"])})
    refused = await client.post("/v1/offers", json={"key": "b", **offer(tiers=["gold"], churn_bands=["high"])})

    assert (taken.status_code, taken.json()["warnings"]) == (201, [])
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/audience/churn_bands", "/audience/tiers"]
