"""No accepted service policy or cause stops the desk."""

from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.causes.schemas import CauseDefinition
from complaints.domain.business_time import LOST_A_YEAR
from complaints.policy.schemas import MAX_YEARS_OF_A_DUE_TIME, PolicyDocument
from lealtad.events.catalog.complaints import CaseKind, Severity
from lealtad.testing.documents import documents
from lealtad.testing.fuzzing import Caller, failures, some_documents

PATH = "service-policy"
numbers = count(1)


async def use(desk, call):
    """Open cases of all kinds, apply every step, and let time pass."""
    customer = await desk.know(f"shop:{next(numbers)}")
    await desk.hear(desk.a_tier(customer, "premium"))
    cases = [
        await call("POST", "cases", json=_case(kind, severity, customer))
        for kind, severity in zip(CaseKind, [*Severity, *Severity], strict=False)
    ]
    opened = [case["id"] for case in cases if case]
    for case_id in opened[:2]:
        for step in ("acknowledge", "start", "wait", "resume", "resolve", "reopen", "resolve"):
            await call("POST", f"cases/{case_id}/{step}", json={})
        await call("GET", f"cases/{case_id}/history")
    await desk.hear(desk.a_tier(customer, "preferred", sequence=2), desk.a_gesture(customer))
    await desk.time_passes(days=3)
    for path in ("cases", f"cases?customer={customer}", "causes", PATH, f"{PATH}/versions/1", "cases?status=open"):
        await call("GET", path)
    return opened


def _case(kind, severity, customer):
    members = {"kind": kind, "severity": severity, "customer": str(customer), "cause": "damaged"}
    return {**members, "channel": "web", "description": "It arrived broken."}


@pytest.mark.smoke
@some_documents
@given(data=st.data())
async def test_no_accepted_service_policy_stops_the_desk(desk, data):
    call = Caller(desk.client)
    document = data.draw(documents(PolicyDocument, await call.shipped(PATH)))
    if await call.put(PATH, document):
        assert len(await use(desk, call)) == len(CaseKind)
    assert await failures(desk.database) == []


@pytest.mark.smoke
@some_documents
@given(
    document=documents(CauseDefinition, {"names": {"es": "Llegó dañado", "en": "Arrived damaged"}, "retired": False})
)
async def test_no_accepted_cause_stops_the_desk(desk, document):
    call = Caller(desk.client)
    if await call.put("causes/damaged", document):
        await use(desk, call)
    assert await failures(desk.database) == []


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("opening_hours", {"opens": "08:00:00", "closes": "08:01:00"}),
        ("opening_hours", {"opens": "08:00:00", "closes": "08:00:00.000001", "weekdays": [6]}),
        ("tier_factors", {"premium": "10"}),
    ],
)
async def test_a_policy_under_which_a_case_would_never_be_due_is_refused_and_says_so(desk, part, changes):
    call = Caller(desk.client)
    document = await call.shipped(PATH)
    document[part] |= changes
    if part == "tier_factors":
        document["hours"]["suggestion"]["low"] = 2_000

    answer = await desk.client.put(f"/v1/{PATH}", json=document, headers={"If-Match": '"1"'})

    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["pointer"]) == (422, "/opening_hours")
    assert "more than 2 years of these opening hours" in error["message"]


async def test_the_longest_due_time_that_is_accepted_comes_within_its_years(desk):
    call = Caller(desk.client)
    document = await call.shipped(PATH)
    # Open on Mondays only, and on the first sixty of them not at all.
    days = [(date(2011, 3, 7) + timedelta(weeks=week)).isoformat() for week in range(60)]
    document["opening_hours"] |= {"opens": "08:00:00", "closes": "12:00:00", "weekdays": [0], "holidays": days}
    document["hours"] = {kind: dict.fromkeys(hours, 1) for kind, hours in document["hours"].items()}
    document["hours"]["complaint"]["low"] = 4 * (MAX_YEARS_OF_A_DUE_TIME * (52 - LOST_A_YEAR) - len(days))
    assert await call.put(PATH, document)

    opened = await desk.open_case(severity="low")

    assert opened["due_at"] < "2013-03-01"


async def test_the_shipped_service_policy_may_be_put_in_force(desk):
    call = Caller(desk.client)
    assert await call.put(PATH, await call.shipped(PATH))
    assert len(await use(desk, call)) == len(CaseKind)
