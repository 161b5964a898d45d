"""Lists of cases: filters, pages, and the most urgent case first."""

import pytest

from lealtad.ids import new_id


async def case_ids(desk, **filters):
    answer = await desk.client.get("/v1/cases", params=filters)
    assert answer.status_code == 200, answer.text
    return [case["id"] for case in answer.json()["items"]]


async def test_the_most_urgent_case_comes_first(desk):
    low, critical, high = [await desk.open_case(severity=severity) for severity in ("low", "critical", "high")]

    assert await case_ids(desk) == [critical["id"], high["id"], low["id"]]


async def test_cases_are_filtered_by_what_is_known_of_them(desk):
    customer = await desk.know("web-shop:1")
    claim = await desk.open_case(kind="claim", severity="critical")
    attached = await desk.open_case(customer="web-shop:1", severity="high")
    resolved = await desk.step(await desk.open_case(severity="low"), "resolve")

    assert await case_ids(desk, kind="claim") == [claim["id"]]
    assert (
        await case_ids(desk, customer="web-shop:1") == await case_ids(desk, customer=str(customer)) == [attached["id"]]
    )
    assert await case_ids(desk, status="resolved") == [resolved["id"]]
    assert await case_ids(desk, status=["resolved", "acknowledged"]) == [claim["id"], attached["id"], resolved["id"]]
    assert await case_ids(desk, open=True) == [claim["id"], attached["id"]]
    assert await case_ids(desk, open=False) == [resolved["id"]]
    assert await case_ids(desk, attached=False) == [claim["id"], resolved["id"]]
    assert await case_ids(desk, due_before="2011-03-01T13:00:01Z") == [claim["id"]]
    assert await case_ids(desk, kind="claim", status="resolved") == []


async def test_pages_show_every_case_once_though_cases_come_in_between(desk):
    opened = [(await desk.open_case())["id"] for _ in range(7)]
    seen, cursor = [], None
    while True:
        page = (await desk.client.get("/v1/cases", params={"limit": 3} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [case["id"] for case in page["items"]]
        await desk.open_case(severity="critical")
        cursor = page["next_cursor"]
        if not cursor:
            break

    assert [case for case in seen if case in opened] == sorted(opened)


@pytest.mark.parametrize(
    "filters", [{"status": "lost"}, {"cursor": "nonsense"}, {"limit": 0}, {"due_before": "tomorrow"}]
)
async def test_a_question_that_cannot_be_meant_is_refused(desk, filters):
    assert (await desk.client.get("/v1/cases", params=filters)).status_code == 422


async def test_cases_of_a_customer_nobody_knows_are_not_found(desk):
    assert (await desk.client.get("/v1/cases", params={"customer": "web-shop:ghost"})).status_code == 404
    assert (await desk.client.get(f"/v1/cases/{new_id()}")).status_code == 404


async def test_lists_do_not_show_what_people_wrote(desk):
    await desk.open_case(description="Ana Ruiz saw it")

    assert "Ana" not in (await desk.client.get("/v1/cases")).text
