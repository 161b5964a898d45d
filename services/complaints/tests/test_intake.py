"""Intake: cases come in over every channel and are acknowledged at once."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.cases.schemas.requests import NewCase
from lealtad.events.catalog.complaints import CaseAcknowledged, CaseKind, CaseOpened

SOURCE = {"system": "web-shop", "fact_id": "ticket-1"}


@pytest.mark.parametrize("channel", ["front-office", "call-centre", "account-executive", "technical-support", "social"])
async def test_every_kind_comes_in_over_every_channel(desk, channel):
    for kind in CaseKind:
        case = await desk.open_case(kind=kind, channel=channel)

        assert (case["kind"], case["channel"], case["status"]) == (kind, channel, "acknowledged")


async def test_the_answer_says_when_the_case_is_due(desk):
    """Check a complaint of high severity: eight open hours from Tuesday 09:00, at a desk open until 18:00."""
    case = await desk.open_case(severity="high")

    assert case["due_at"] == "2011-03-01T17:00:00Z"
    assert case["acknowledged_at"] == case["opened_at"] == "2011-03-01T09:00:00Z"


async def test_time_runs_from_when_the_customer_spoke_up(desk):
    case = await desk.open_case(severity="high", occurred_at="2011-02-28T16:00:00+01:00")

    assert case["opened_at"] == "2011-02-28T15:00:00Z"
    assert case["due_at"] == "2011-03-01T13:00:00Z"


async def test_opening_and_acknowledgement_are_announced_in_order(desk):
    customer = await desk.know("web-shop:1")

    case = await desk.open_case(customer="web-shop:1")

    opened, acknowledged = await desk.announced()
    assert (type(opened.data), type(acknowledged.data)) == (CaseOpened, CaseAcknowledged)
    assert opened.key == acknowledged.key == customer
    assert (opened.sequence, acknowledged.sequence) == (1, 2)
    assert str(opened.id) == case["event_id"]
    assert acknowledged.causation_id == opened.id
    assert (opened.data.version, acknowledged.data.version) == (1, 2)


async def test_what_people_wrote_is_in_no_event(desk):
    case = await desk.open_case(description="My neighbour Ana Ruiz saw it")
    await desk.client.post(f"/v1/cases/{case['id']}/notes", json={"text": "Ana Ruiz called"})
    await desk.client.post(f"/v1/cases/{case['id']}/resolve", json={"note": "Ana Ruiz is content"})

    announced = "".join(event.data.model_dump_json() for event in await desk.announced())
    assert "Ana" not in announced
    assert (await desk.client.get(f"/v1/cases/{case['id']}")).json()["description"] == "My neighbour Ana Ruiz saw it"


async def test_the_case_of_an_unknown_customer_is_its_own_key(desk):
    case = await desk.open_case(customer="web-shop:nobody-yet")

    assert case["customer_id"] is None
    assert {str(event.key) for event in await desk.announced()} == {case["id"]}


async def test_only_kinds_of_the_policy_mute_promotions(desk):
    assert (await desk.open_case(kind="complaint"))["mutes"] is True
    assert (await desk.open_case(kind="suggestion"))["mutes"] is False


async def test_the_same_fact_again_gets_the_stored_answer(desk):
    first = await desk.try_to_open(source=SOURCE)
    await desk.step(first.json(), "resolve")

    again = await desk.try_to_open(source=SOURCE)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert again.headers["etag"] == first.headers["etag"]
    assert [type(event.data) for event in await desk.announced()].count(CaseOpened) == 1


async def test_a_fact_repeated_long_after_is_still_answered(desk):
    request = {"source": SOURCE, "occurred_at": "2011-03-01T08:00:00Z"}
    first = await desk.try_to_open(**request)
    desk.clock.advance(days=800)

    assert (await desk.try_to_open(**request)).json() == first.json()


async def test_the_same_fact_with_other_content_is_refused(desk):
    case = await desk.open_case(source=SOURCE)

    other = await desk.try_to_open(source=SOURCE, description="Something else")

    assert other.status_code == 409
    assert other.json()["type"].endswith("fact-conflict")
    assert other.json()["case_id"] == case["id"]


async def test_the_same_fact_in_other_words_is_the_same_case(desk):
    customer = await desk.know("web-shop:17850")
    source = {**SOURCE, "system": "web-shop"}
    at = "2011-03-01T08:00:00Z"
    first = await desk.try_to_open(source={**source, "customer_external_id": "17850"}, customer=None, occurred_at=at)
    others: list[dict[str, Any]] = [
        {"source": source, "customer": "web-shop:17850", "occurred_at": at},
        {"source": source, "customer": str(customer), "occurred_at": "2011-03-01T09:00:00+01:00"},
        {"source": source, "customer": str(customer), "occurred_at": at, "severity": "medium", "cause": None},
    ]
    differing: list[dict[str, Any]] = [
        {"source": source, "customer": None, "occurred_at": at},
        {"source": source, "customer": str(customer)},
        {"source": source, "customer": str(customer), "occurred_at": at, "severity": "high"},
        {"source": source, "customer": "web-shop:1", "occurred_at": at},
        {"source": source, "customer": str(customer), "occurred_at": at, "description": "Something else"},
    ]

    assert [(await desk.try_to_open(**other)).json() for other in others] == [first.json()] * 3
    assert [(await desk.try_to_open(**other)).status_code for other in differing] == [409] * 5


async def test_the_same_fact_sent_twice_at_once_makes_one_case(desk):

    answers = await asyncio.gather(*(desk.try_to_open(source=SOURCE) for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert [type(event.data) for event in await desk.announced()] == [CaseOpened, CaseAcknowledged]


async def test_two_contents_for_one_fact_at_once_are_one_case_and_one_refusal(desk):
    descriptions = ("one", "other")

    answers = await asyncio.gather(*(desk.try_to_open(source=SOURCE, description=text) for text in descriptions))

    assert sorted(answer.status_code for answer in answers) == [201, 409]


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"kind": "rant"}, "/kind"),
        ({"channel": "pigeon"}, "/channel"),
        ({"description": "  "}, "/description"),
        ({"description": "a\x00b"}, "/description"),
        ({"occurred_at": "2011-03-01T09:00:00"}, "/occurred_at"),
        ({"occurred_at": "2011-03-01T09:06:00Z"}, "/occurred_at"),
        ({"occurred_at": "2009-01-01T09:00:00Z"}, "/occurred_at"),
        ({"cause": "bad-luck"}, "/cause"),
        ({"customer": "no reference"}, "/customer"),
        ({"colour": "red"}, "/colour"),
    ],
)
async def test_what_cannot_be_taken_in_is_pointed_at(desk, members, pointer):
    answer = await desk.try_to_open(**members)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_retired_cause_is_refused_for_new_cases(desk):
    cause = await desk.client.get("/v1/causes/damaged")
    retired = {"names": cause.json()["names"], "retired": True}
    changed = await desk.client.put("/v1/causes/damaged", json=retired, headers={"If-Match": cause.headers["etag"]})

    answer = await desk.try_to_open(cause="damaged")

    assert (changed.status_code, answer.status_code) == (200, 422)


async def test_an_intake_costs_a_fixed_number_of_statements(desk):
    await desk.know("web-shop:1")
    await desk.open_case()

    with desk.statements() as seen:
        await desk.open_case(customer="web-shop:1", cause="damaged", source=SOURCE)

    assert len(seen) <= 20, seen


@given(st.text(min_size=1, max_size=200))
def test_any_text_a_person_writes_is_taken_or_refused_but_never_changed_twice(text):
    try:
        once = NewCase(kind="claim", channel="web", description=text).description
    except ValueError:
        return
    assert NewCase(kind="claim", channel="web", description=once).description == once


async def test_a_case_opened_while_its_customer_becomes_known_is_attached_in_the_end(desk):
    """Check that the intake sees the customer, or the projection of the customer sees the case."""
    for number in range(12):
        event = desk.a_customer(f"web-shop:{number}")
        answer, _ = await asyncio.gather(
            desk.try_to_open(customer=f"web-shop:{number}"),
            desk.hear(event),
        )
        assert (await desk.read(answer.json()))["customer_id"] == str(event.key)
