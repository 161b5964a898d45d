"""Cases breach, and resolved cases close, by time alone."""

from datetime import timedelta

from complaints.cases import jobs
from complaints.cases.commands.record_changes import record_changes
from lealtad.events.catalog.complaints import CaseBreached, CaseClosed


async def test_a_case_breaches_when_its_due_time_passes_and_only_once(desk):
    case = await desk.open_case(severity="high")
    assert await desk.time_passes(hours=8, seconds=-1) == []

    [breached] = await desk.time_passes(seconds=1)

    assert isinstance(breached.data, CaseBreached)
    assert str(breached.data.case_id) == case["id"]
    assert await desk.time_passes() == []
    assert (await desk.read(case))["breached_at"] == "2011-03-01T17:00:00Z"


async def test_a_breach_is_caused_by_time_itself(desk):
    await desk.open_case(severity="high")
    [breached] = await desk.time_passes(days=1)

    assert breached.depth == 1
    assert breached.causation_id == breached.correlation_id


async def test_a_case_resolved_in_time_does_not_breach(desk):
    case = await desk.open_case(severity="high")
    await desk.step(case, "resolve")
    assert await desk.time_passes(days=2) == []


async def waiting_case(desk, **members):
    case = await desk.open_case(severity="high", **members)
    await desk.step(case, "start")
    return await desk.step(case, "wait")


async def test_the_clock_stands_while_the_case_waits_for_the_customer(desk):
    case = await waiting_case(desk)
    assert (case["paused_at"], case["due_at"]) == ("2011-03-01T09:00:00Z", "2011-03-01T17:00:00Z")
    assert await desk.time_passes(days=1, hours=2) == []

    resumed = await desk.step(case, "resume")

    assert (resumed["paused_at"], resumed["due_at"]) == (None, "2011-03-03T09:00:00Z")
    assert await desk.time_passes(hours=22, seconds=-1) == []
    assert [type(event.data) for event in await desk.time_passes(seconds=1)] == [CaseBreached]


async def test_pause_and_resumption_are_announced_and_kept_in_the_history(desk):
    case = await waiting_case(desk)
    await desk.time_passes(hours=3)
    await desk.step(case, "resume")

    waits, goes_on = (await desk.announced())[-2:]
    assert waits.data.paused_at is not None
    assert (goes_on.data.paused_at, f"{goes_on.data.due_at:%H:%M}") == (None, "10:00")
    entries = (await desk.history(case))[-2:]
    assert [(entry["action"], entry["paused_at"], entry["due_at"]) for entry in entries] == [
        ("wait", "2011-03-01T09:00:00Z", None),
        ("resume", None, "2011-03-02T10:00:00Z"),
    ]


async def test_a_resolution_ends_the_pause(desk):
    case = await waiting_case(desk)
    await desk.time_passes(days=3)

    resolved = await desk.step(case, "resolve")

    assert (resolved["paused_at"], resolved["breached_at"]) == (None, None)
    assert resolved["due_at"] > resolved["resolved_at"]


async def test_another_tier_counts_no_time_for_which_the_clock_stood(desk):
    customer = await desk.know("shop:1")
    case = await waiting_case(desk, customer=str(customer))
    await desk.time_passes(hours=2)
    await desk.step(case, "resume")
    await desk.hear(desk.a_tier(customer, "premium"))

    assert (await desk.read(case))["due_at"] == "2011-03-01T15:00:00Z"


async def test_by_another_policy_waiting_does_not_stop_the_clock(desk):
    policy = (await desk.client.get("/v1/service-policy")).json()
    stamp = {"version", "changed_at", "changed_by"}
    changed = {name: value for name, value in policy.items() if name not in stamp} | {"waiting_pauses": False}
    (await desk.client.put("/v1/service-policy", json=changed, headers={"If-Match": '"1"'})).raise_for_status()

    assert (await waiting_case(desk))["paused_at"] is None
    assert [type(event.data) for event in await desk.time_passes(days=1)] == [CaseBreached]


async def test_a_case_that_is_due_already_breaches_though_it_waits(desk):
    case = await desk.open_case(severity="high")
    await desk.step(case, "start")
    desk.clock.advance(hours=8)
    await desk.step(case, "wait")

    assert [type(event.data) for event in await desk.time_passes()] == [CaseBreached]


async def test_a_resolution_that_stands_closes_the_case(desk):
    case = await desk.step(await desk.open_case(), "resolve")
    assert case["close_at"] == "2011-03-15T09:00:00Z"
    [closed] = await desk.time_passes(days=14)

    assert isinstance(closed.data, CaseClosed)
    assert (await desk.read(case))["status"] == "closed"


async def test_a_reopened_case_has_a_new_due_time_and_can_breach_again(desk):
    case = await desk.open_case(severity="high")
    await desk.time_passes(days=1)
    await desk.step(case, "resolve")

    reopened = await desk.step(case, "reopen")

    assert (reopened["due_at"], reopened["breached_at"]) == ("2011-03-02T17:00:00Z", None)

    assert [type(event.data) for event in await desk.time_passes(days=1)] == [CaseBreached]


async def test_many_cases_that_are_due_cost_as_many_statements_as_few(desk):
    async def cost_of(cases):
        for _ in range(cases):
            await desk.open_case(severity="high")
        desk.clock.set(desk.clock.now() + timedelta(days=1))
        with desk.statements() as seen:
            assert len(await desk.time_passes()) == cases
        return len(seen)

    assert await cost_of(2) == await cost_of(20)


async def test_a_case_that_cannot_breach_stops_no_other(desk, monkeypatch):
    cases = [await desk.open_case(severity="high") for _ in range(5)]
    poison = cases[2]["id"]

    async def record_but_poison(uow, changes):
        await record_changes(uow, changes)
        if poison in {str(change.before.id) for change in changes}:
            raise ZeroDivisionError

    monkeypatch.setattr(jobs, "record_changes", record_but_poison)

    assert poison not in {str(event.data.case_id) for event in await desk.time_passes(days=1)}

    assert [bool((await desk.read(case))["breached_at"]) for case in cases] == [True, True, False, True, True]
