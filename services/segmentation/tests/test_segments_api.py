"""Segments are data: created, previewed, versioned and archived over HTTP, without a wrong announcement."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from lealtad.ids import new_id
from lealtad.testing.driving import deliver, run_due
from lealtad.unit_of_work import Database
from segmentation.service import SERVICE

from .builders import NOW, days_ago, purchase

TWICE = {"kind": "activity", "metric": "purchases", "within_days": 30, "operator": ">=", "value": 2}
ONCE = {**TWICE, "value": 1}


def new_segment(**values: Any) -> dict[str, Any]:
    return {"key": "repeaters", "name": "Repeaters", "rule": TWICE} | values


async def prepared(database: Database) -> list[Any]:
    """Evaluate the base under the versions in preparation, then announce."""
    control = await run_due(SERVICE, database)
    return [*control, *await run_due(SERVICE, database)]


@pytest.fixture
async def buyers(database: Database) -> dict[str, UUID]:
    """Return a customer who bought twice and a customer who bought once."""
    twice, once = new_id(), new_id()
    facts = [purchase(twice), purchase(twice, days_ago(3)), purchase(once)]
    await deliver(SERVICE, database, facts, now=NOW)
    return {"twice": twice, "once": once}


async def test_a_new_segment_is_announced_once_the_base_was_evaluated(
    client: httpx.AsyncClient, database: Database, buyers: dict[str, UUID]
) -> None:
    created = await client.post("/v1/segments", json=new_segment())
    before = await client.get("/v1/segments/repeaters")
    changed, entered = await prepared(database)
    after = await client.get("/v1/segments/repeaters")

    assert created.status_code == 201
    assert created.headers["etag"] == '"1"'
    assert before.json()["active"] is None
    assert before.json()["preparing"]["rule"] == {**TWICE, "product_line": None}
    assert changed.type == "lealtad.segments-control.definition-changed.v1"
    assert (changed.data.segment.key, changed.data.segment.version, changed.data.archived) == ("repeaters", 1, False)
    assert entered.data.customer_id == buyers["twice"]
    assert [ref.key for ref in entered.data.entered] == ["repeaters"]
    assert after.json()["active"]["version"] == 1
    assert after.json()["members"] == 1


async def test_a_new_version_announces_only_changed_memberships(
    client: httpx.AsyncClient, database: Database, buyers: dict[str, UUID]
) -> None:
    await client.post("/v1/segments", json=new_segment())
    await prepared(database)

    changed = await client.patch("/v1/segments/repeaters", json={"rule": ONCE}, headers={"If-Match": '"1"'})
    meanwhile = (await client.get("/v1/segments/repeaters/members")).json()["items"]
    events = await prepared(database)

    assert changed.json()["latest_version"] == 2
    assert changed.json()["active"]["version"] == 1
    assert [member["customer_id"] for member in meanwhile] == [str(buyers["twice"])]
    assert [event.data.customer_id for event in events[1:]] == [buyers["once"]]
    versions = (await client.get("/v1/segments/repeaters/versions")).json()
    assert [(version["version"], version["status"]) for version in versions] == [(1, "superseded"), (2, "active")]


async def test_a_fact_during_the_preparation_is_not_missed(client: httpx.AsyncClient, database: Database) -> None:
    await client.post("/v1/segments", json=new_segment())
    preparing = next(action for action in SERVICE.stream.due_actions if action.name == "prepare-segment")
    async with database.begin() as uow:
        await preparing.run(uow, 500)
    late = new_id()
    await deliver(SERVICE, database, [purchase(late), purchase(late)])

    events = await prepared(database)

    assert [event.data.customer_id for event in events[1:]] == [late]


async def test_an_archived_segment_is_left_by_its_members(
    client: httpx.AsyncClient, database: Database, buyers: dict[str, UUID]
) -> None:
    archived = await client.post("/v1/segments/active-90d/archive", headers={"If-Match": '"1"'})
    events = await prepared(database)

    assert archived.json()["archived_at"] is not None
    left = {event.data.customer_id: [ref.key for ref in event.data.left] for event in events}
    assert left == {customer: ["active-90d"] for customer in buyers.values()}
    assert (await client.patch("/v1/segments/active-90d", json={"name": "x"})).status_code == 410
    keys = [item["key"] for item in (await client.get("/v1/segments?archived=true")).json()["items"]]
    assert keys == ["active-90d"]


async def test_two_changes_at_once_are_not_both_taken(client: httpx.AsyncClient, database: Database) -> None:
    await client.post("/v1/segments", json=new_segment())
    again = await client.post("/v1/segments", json=new_segment())
    too_soon = await client.patch("/v1/segments/repeaters", json={"rule": ONCE}, headers={"If-Match": '"1"'})
    stale = await client.patch("/v1/segments/lapsed", json={"name": "Gone"}, headers={"If-Match": '"7"'})

    assert (again.status_code, again.json()["type"]) == (409, "urn:lealtad:problem:segment-key-taken")
    assert (too_soon.status_code, too_soon.json()["type"]) == (409, "urn:lealtad:problem:segment-in-preparation")
    assert stale.status_code == 412


async def test_a_segment_is_neither_changed_nor_archived_unseen(client: httpx.AsyncClient) -> None:
    changed = await client.patch("/v1/segments/lapsed", json={"name": "Gone"})
    archived = await client.post("/v1/segments/lapsed/archive")

    assert [changed.status_code, archived.status_code] == [428, 428]


@pytest.mark.parametrize(
    ("rule", "place", "message"),
    [
        ({"kind": "attribute", "attribute": "country", "operator": ">=", "value": "FR"}, "", "cannot compare text"),
        ({**TWICE, "within_days": 10_000}, "/within_days", "at most 730"),
        ({**TWICE, "value": "many"}, "", "compared with a number"),
        ({**TWICE, "colour": "red"}, "/colour", "not known here"),
        ({"kind": "sometimes"}, "/kind", "no known kind"),
    ],
)
async def test_a_wrong_rule_is_refused_precisely(
    client: httpx.AsyncClient, rule: dict[str, Any], place: str, message: str
) -> None:
    answer = await client.post("/v1/segments", json=new_segment(rule={"kind": "not", "rule": rule}))

    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert message in f"{error['message']} {error.get('hint')}"
    assert error["pointer"] == f"/rule/rule{place}"


async def test_a_preview_counts_and_names_without_storing(
    client: httpx.AsyncClient, database: Database, buyers: dict[str, UUID]
) -> None:
    answer = await client.post("/v1/segments/preview", json={"rule": TWICE})

    assert answer.json() | {"as_of": None} == {
        "evaluated": 2,
        "matching": 1,
        "sampled": False,
        "customers": 2,
        "estimated_members": 1,
        "samples": [str(buyers["twice"])],
        "as_of": None,
        "warnings": [],
    }
    assert await prepared(database) == []


async def test_shipped_segments_are_listed_by_key_page_by_page(client: httpx.AsyncClient) -> None:
    keys, cursor = [], None
    while True:
        page = await client.get("/v1/segments", params={"limit": 5} | ({"cursor": cursor} if cursor else {}))
        keys += [item["key"] for item in page.json()["items"]]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break

    assert keys == sorted(keys)
    assert {"new-customers", "active-90d", "lapsing", "high-value", "at-risk", "champions"} <= set(keys)


@pytest.mark.parametrize(
    "change", [{}, {"name": "nul \x00"}, {"rule": {**ONCE, "value": None}}, {"description": "\x00"}]
)
async def test_a_change_that_cannot_be_stored_is_refused(client: httpx.AsyncClient, change: dict[str, Any]) -> None:
    assert (await client.patch("/v1/segments/lapsed", json=change)).status_code == 422


@pytest.mark.parametrize("change", [{"name": None}, {"rule": None, "name": "x"}, {"description": None, "name": "x"}])
async def test_no_field_of_a_segment_is_removed_by_null(client: httpx.AsyncClient, change: dict[str, Any]) -> None:
    answer = await client.patch("/v1/segments/lapsed", json=change, headers={"If-Match": '"1"'})

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{next(iter(change))}"]


async def test_an_unknown_segment_is_not_found(client: httpx.AsyncClient) -> None:
    for ref in ("no-such-key", str(new_id())):
        answers = [await client.get(f"/v1/segments/{ref}{rest}") for rest in ("", "/members", "/versions")]
        assert {answer.status_code for answer in answers} == {404}
