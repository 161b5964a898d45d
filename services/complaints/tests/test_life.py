"""Steps of a case over HTTP, and the history that keeps all of them."""

import asyncio

import pytest
from asyncpg import PostgresError
from sqlalchemy import text

from complaints.cases.repository.cases import find_case
from complaints.cases.repository.history import list_entries
from complaints.cases.repository.rows import entry
from complaints.domain.case import replay
from complaints.domain.lifecycle import Step
from lealtad.events.catalog.complaints import (
    CaseAcknowledged,
    CaseClosed,
    CaseOpened,
    CaseReopened,
    CaseResolved,
    CaseUpdated,
)

ALL_STEPS = ("start", "wait", "resume", "resolve", "close", "reopen")


async def walk(desk, case, *path):
    for name in path:
        case = await desk.step(case, name)
    return case


async def test_the_whole_life_of_a_case_is_announced_with_growing_versions(desk):
    case = await walk(desk, await desk.open_case(), *ALL_STEPS)

    events = await desk.announced()
    assert case["status"] == "in-progress"
    assert [type(event.data) for event in events] == [
        CaseOpened,
        CaseAcknowledged,
        CaseUpdated,
        CaseUpdated,
        CaseUpdated,
        CaseResolved,
        CaseClosed,
        CaseReopened,
    ]
    assert [event.data.version for event in events] == list(range(1, 9))
    assert [event.sequence for event in events] == list(range(1, 9))


async def test_an_impossible_step_is_refused_with_the_possible_ones(desk):
    case = await walk(desk, await desk.open_case(), "resolve")

    refused = await desk.try_to("wait", case)

    assert refused.status_code == 409
    assert refused.json()["possible"] == case["possible_steps"] == ["close", "reopen"]
    assert refused.json()["case_status"] == "resolved"


async def test_acknowledging_again_changes_nothing(desk):
    case = await desk.open_case()

    again = await desk.step(case, "acknowledge")

    assert again["version"] == case["version"]
    assert len(await desk.announced()) == 2


async def test_where_intake_does_not_acknowledge_the_desk_does(desk):
    policy = await desk.client.get("/v1/service-policy")
    stamp = ("version", "changed_at", "changed_by")
    document = {name: value for name, value in policy.json().items() if name not in stamp}
    document["acknowledge_at_intake"] = False
    await desk.client.put("/v1/service-policy", json=document, headers={"If-Match": policy.headers["etag"]})

    case = await desk.open_case()

    assert (case["status"], case["possible_steps"]) == ("new", ["acknowledge"])
    assert (await desk.step(case, "acknowledge"))["status"] == "acknowledged"


async def test_of_two_resolutions_at_once_one_is_refused(desk):
    case = await desk.open_case()

    answers = await asyncio.gather(*(desk.client.post(f"/v1/cases/{case['id']}/resolve") for _ in range(2)))

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert [type(event.data) for event in await desk.announced()].count(CaseResolved) == 1


async def test_of_two_resolutions_of_one_version_one_must_read_again(desk):
    case = await desk.open_case()
    url, seen = f"/v1/cases/{case['id']}/resolve", {"If-Match": f'"{case["version"]}"'}

    answers = await asyncio.gather(*(desk.client.post(url, headers=seen) for _ in range(2)))

    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_a_step_repeated_with_its_idempotency_key_is_applied_once(desk):
    case = await desk.open_case()
    url, key = f"/v1/cases/{case['id']}/resolve", {"Idempotency-Key": "resolve-1"}

    first, second = [await desk.client.post(url, headers=key) for _ in range(2)]

    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json() == first.json()


async def test_everything_that_happened_stands_in_the_history(desk):
    case = await desk.open_case(description="It arrived broken.")
    desk.clock.advance(hours=1)
    await desk.step(case, "assign", assignee="ana.r", queue="returns")
    await desk.step(case, "notes", text="Asked for a photo")
    await walk(desk, case, "start", "resolve")
    case = await desk.step(case, "reopen", note="Broken again")

    entries = await desk.history(case)

    assert [(entry["number"], entry["action"], entry["text"]) for entry in entries] == [
        (1, "open", "It arrived broken."),
        (2, "acknowledge", None),
        (3, "assign", None),
        (4, "note", "Asked for a photo"),
        (5, "start", None),
        (6, "resolve", None),
        (7, "reopen", "Broken again"),
    ]
    assert {entry["actor"] for entry in entries} == {"tester", "complaints"}
    assert (entries[2]["assignee"], entries[2]["at"]) == ("ana.r", "2011-03-01T10:00:00Z")
    assert case["version"] == 7


async def test_the_stored_history_replays_to_the_stored_case(desk):
    customer = await desk.know()
    case = await walk(desk, await desk.open_case(), "start", "wait", "resume")
    await desk.step(case, "attach", customer=str(customer))
    await desk.time_passes(days=30)
    await walk(desk, case, "resolve", "reopen", "resolve")
    await desk.time_passes(days=30)

    async with desk.database.read() as uow:
        stored = await find_case(uow.connection, case["id"])
        rows = await list_entries(uow.connection, case["id"], after=0, limit=100)
    assert replay([entry(dict(row)) for row in rows], stored.case.opened_at) == stored.case


@pytest.mark.parametrize("change", ["UPDATE case_history SET actor = 'x'", "DELETE FROM case_history"])
async def test_the_database_itself_refuses_to_overwrite_history(desk, change):
    await desk.open_case()

    with pytest.raises(PostgresError, match="only grows"):
        async with desk.database.begin() as uow:
            await uow.connection.execute(text(change))


async def test_history_is_read_in_pages(desk):
    case = await walk(desk, await desk.open_case(), *ALL_STEPS)
    seen, cursor = [], None
    while True:
        page = await desk.client.get(
            f"/v1/cases/{case['id']}/history", params={"limit": 3} | ({"cursor": cursor} if cursor else {})
        )
        seen += [entry["number"] for entry in page.json()["items"]]
        cursor = page.json()["next_cursor"]
        if not cursor:
            break

    assert seen == list(range(1, 9))


@pytest.mark.parametrize("step_name", [step.value for step in Step])
async def test_a_step_of_no_case_is_not_found(desk, step_name):
    answer = await desk.client.post(f"/v1/cases/018f2b5e-0000-7000-8000-000000000000/{step_name}")

    assert answer.status_code == 404
    assert answer.json()["type"].endswith("case-not-found")


async def test_a_step_costs_a_fixed_number_of_statements(desk):
    case = await walk(desk, await desk.open_case(), "start")

    with desk.statements() as seen:
        await desk.step(case, "resolve")

    assert len(seen) <= 8, seen
