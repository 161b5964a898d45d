"""The service policy and the taxonomy of causes, which managers tune."""

import asyncio

import pytest

from complaints.policy.examples import SHIPPED_POLICY
from complaints.policy.schemas import PolicyDocument
from lealtad.events.catalog.segmentation import ValuePolicyChanged
from lealtad.ids import new_id
from lealtad.testing.builders import an_event


async def current(desk):
    answer = await desk.client.get("/v1/service-policy")
    stamp = ("version", "changed_at", "changed_by")
    document = {name: value for name, value in answer.json().items() if name not in stamp}
    return document, {"If-Match": answer.headers["etag"]}


async def test_the_shipped_policy_is_in_force_and_valid(desk):
    document, etag = await current(desk)

    assert PolicyDocument.model_validate(document) == PolicyDocument.model_validate(SHIPPED_POLICY)
    assert etag == {"If-Match": '"1"'}


async def test_a_new_policy_holds_for_new_cases_and_leaves_promises_alone(desk):
    promised = await desk.open_case(severity="high")
    document, etag = await current(desk)
    document["hours"]["complaint"]["high"] = 2

    changed = await desk.client.put("/v1/service-policy", json=document, headers=etag)

    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert (await desk.open_case(severity="high"))["due_at"] == "2011-03-01T11:00:00Z"
    assert (await desk.read(promised))["due_at"] == promised["due_at"]


async def test_a_service_tier_that_nobody_gets_is_taken_with_a_warning(desk):
    async def warnings_for(*tiers):
        document, etag = await current(desk)
        document["tier_factors"] = dict.fromkeys(tiers, "0.5")
        answer = await desk.client.put("/v1/service-policy", json=document, headers=etag)
        assert answer.status_code == 200, answer.text
        return answer.json()["warnings"]

    assert await warnings_for("premium", "preferred", "standard") == []
    (warning,) = await warnings_for("premum")
    assert (warning["pointer"], warning["known"][0]) == ("/tier_factors/premum", "premium")

    policy = ValuePolicyChanged(
        version=2, tiers=["a", "b"], service_tiers=["concierge", "concierge"], changed_at=desk.clock.now()
    )
    await desk.hear(an_event(policy, key=new_id()))

    assert await warnings_for("concierge") == []
    assert [warning["pointer"] for warning in await warnings_for("premium")] == ["/tier_factors/premium"]


async def test_a_policy_is_replaced_only_by_the_etag_of_its_version(desk):
    document, etag = await current(desk)

    assert (await desk.client.put("/v1/service-policy", json=document)).status_code == 428
    assert (await desk.client.put("/v1/service-policy", json=document, headers=etag)).status_code == 200
    assert (await desk.client.put("/v1/service-policy", json=document, headers=etag)).status_code == 412


async def test_of_several_replacements_of_the_policy_at_once_one_succeeds(desk):
    document, etag = await current(desk)

    answers = await asyncio.gather(
        *(desk.client.put("/v1/service-policy", json=document, headers=etag) for _ in range(4))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]


def without_severity(document):
    del document["hours"]["claim"]["low"]


def with_zero_hours(document):
    document["hours"]["claim"]["low"] = 0


def in_no_zone(document):
    document["opening_hours"]["zone"] = "Europe/Atlantis"


def closing_before_opening(document):
    document["opening_hours"] |= {"opens": "18:00", "closes": "08:00"}


def with_a_misspelt_member(document):
    document["close_after"] = 3


@pytest.mark.parametrize(
    ("spoil", "pointer"),
    [
        (without_severity, "/hours/claim/low"),
        (with_zero_hours, "/hours/claim/low"),
        (in_no_zone, "/opening_hours/zone"),
        (closing_before_opening, "/opening_hours"),
        (with_a_misspelt_member, "/close_after"),
    ],
)
async def test_a_policy_that_makes_no_sense_is_pointed_at(desk, spoil, pointer):
    document, etag = await current(desk)
    spoil(document)

    answer = await desk.client.put("/v1/service-policy", json=document, headers=etag)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_causes_are_added_renamed_and_listed(desk):
    added = await desk.client.put("/v1/causes/rude-driver", json={"names": {"en": "Rude driver"}})
    renamed = await desk.client.put(
        "/v1/causes/rude-driver", json={"names": {"en": "Driver"}}, headers={"If-Match": added.headers["etag"]}
    )
    unread = await desk.client.put("/v1/causes/rude-driver", json={"names": {"en": "Other"}})

    assert (added.status_code, renamed.status_code, unread.status_code) == (201, 200, 428)
    listed = (await desk.client.get("/v1/causes", params={"limit": 1000})).json()["items"]
    assert {"code": "rude-driver", "version": 2, "names": {"en": "Driver"}, "retired": False} in listed
    assert [cause["code"] for cause in listed] == sorted(cause["code"] for cause in listed)
