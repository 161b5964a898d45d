"""The 360 view: everything about one customer in one call, each part with its as-of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from customer_profile.facts.kinds.registry import KINDS
from customer_profile.service import SERVICE
from customer_profile.view.schemas import all_parts
from lealtad.events.catalog.campaigns import NextBestActionChanged, OfferAccepted, OfferKind, OfferRef
from lealtad.events.catalog.churn_scoring import ChurnScored
from lealtad.events.catalog.complaints import CaseAttached, CaseKind, CaseOpened, CaseResolved, CaseStatus, Severity
from lealtad.events.catalog.customer_profile import Channel
from lealtad.events.catalog.segmentation import MembershipsChanged, SegmentRef
from lealtad.events.model import Causes
from lealtad.ids import new_id
from lealtad.testing.builders import an_event, loaded
from lealtad.testing.driving import deliver, statements

NOON = datetime(2011, 3, 1, 12, tzinfo=UTC)
CAUSES = Causes(ids=[], count=0)
OFFER = OfferRef(offer_id=new_id(), key="coffee", version=1, kind=OfferKind.REWARD)


def scored(customer: UUID, sequence: int, probability: str = "0.42", **more):
    data = ChurnScored(
        customer_id=customer,
        probability=Decimal(probability),
        band="medium",
        horizon_days=90,
        policy_version=1,
        as_of=NOON + timedelta(hours=sequence),
        causes=CAUSES,
        **more,
    )
    return an_event(data, key=customer, sequence=sequence)


def segmented(customer: UUID, sequence: int):
    segment = SegmentRef(segment_id=new_id(), key=f"segment-{sequence}", version=1)
    data = MembershipsChanged(customer_id=customer, segments=[segment], as_of=NOON, causes=CAUSES)
    return an_event(data, key=customer, sequence=sequence)


def decided(customer: UUID, sequence: int):
    data = NextBestActionChanged(
        customer_id=customer,
        decision_id=new_id(),
        offer=OFFER,
        channel=Channel.EMAIL,
        reason="highest-priority",
        muted=False,
        decided_at=NOON,
        causes=CAUSES,
    )
    return an_event(data, key=customer, sequence=sequence)


def a_case(case: UUID, version: int, customer: UUID | None, event=CaseOpened, status=CaseStatus.NEW):
    data = event(
        case_id=case,
        version=version,
        customer_id=customer,
        kind=CaseKind.COMPLAINT,
        severity=Severity.HIGH,
        status=status,
        mutes=True,
        channel=Channel.CALL_CENTRE,
        opened_at=NOON,
        occurred_at=NOON + timedelta(hours=version),
    )
    return an_event(data, key=customer or case, sequence=version)


def accepted(customer: UUID):
    data = OfferAccepted(
        customer_id=customer,
        decision_id=new_id(),
        response_id=new_id(),
        offer=OFFER,
        channel=Channel.EMAIL,
        occurred_at=NOON,
    )
    return an_event(data, key=customer)


@pytest.fixture
async def customer(shop) -> UUID:
    return UUID((await shop.buys()).json()["customer_id"])


async def test_everything_the_other_services_announced_is_shown_with_its_as_of(shop, database, customer):
    case = new_id()
    events = [
        scored(customer, 1),
        segmented(customer, 1),
        decided(customer, 1),
        a_case(case, 1, customer),
        accepted(customer),
    ]
    assert await deliver(SERVICE, database, events) == []

    view = await shop.view()
    assert (view["score"]["probability"], view["score"]["as_of"]) == ("0.42", "2011-03-01T13:00:00Z")
    assert view["score"]["event_id"] == str(events[0].id)
    assert [segment["key"] for segment in view["segments"]["segments"]] == ["segment-1"]
    assert (view["next_best_action"]["offer"]["key"], view["next_best_action"]["muted"]) == ("coffee", False)
    assert [(one["case_id"], one["open"]) for one in view["cases"]["items"]] == [(str(case), True)]
    assert [one["response"] for one in view["responses"]["items"]] == ["accepted"]


async def test_a_case_shows_since_when_it_waits_and_an_offer_the_case_that_it_makes_up_for(shop, database, customer):
    case = new_id()
    changes: list[Any] = [(a_case(case, 1, customer), {"paused_at": NOON})]
    changes += [(event, {"case_id": case}) for event in (decided(customer, 1), accepted(customer))]
    events = [replace(event, data=event.data.model_copy(update=members)) for event, members in changes]
    await deliver(SERVICE, database, events)

    view = await shop.view()
    assert view["cases"]["items"][0]["paused_at"] == "2011-03-01T12:00:00Z"
    assert view["next_best_action"]["case_id"] == view["responses"]["items"][0]["case_id"] == str(case)


async def test_a_customer_nobody_spoke_about_yet_has_empty_parts(shop, customer):
    view = await shop.view()
    assert (view["provisional"], view["score"], view["segments"], view["next_best_action"]) == (True, None, None, None)
    assert view["cases"] == {"items": [], "as_of": None}


async def test_an_older_announcement_changes_nothing(shop, database, customer):
    await deliver(SERVICE, database, [scored(customer, 2, "0.60")])
    await deliver(SERVICE, database, [scored(customer, 1, "0.20")])
    assert (await shop.view(include="score"))["score"]["probability"] == "0.60"


async def test_a_case_belongs_to_its_customer_once_it_is_attached(shop, database, customer):
    case = new_id()
    await deliver(SERVICE, database, [a_case(case, 1, None)])
    assert (await shop.view(include="cases"))["cases"]["items"] == []
    resolved = a_case(case, 3, customer, CaseResolved, CaseStatus.RESOLVED)
    await deliver(SERVICE, database, [resolved, a_case(case, 2, customer, CaseAttached)])
    (shown,) = (await shop.view(include="cases"))["cases"]["items"]
    assert (shown["status"], shown["open"]) == ("resolved", False)


async def test_announcements_may_come_before_the_customer(database, shop):
    customer = new_id()
    await deliver(SERVICE, database, [scored(customer, 1)])
    assert (await shop.client.get(f"/v1/customers/{customer}")).status_code == 404


DERIVED = text("""
    SELECT to_jsonb(announced) AS row FROM announced
    UNION ALL SELECT to_jsonb(complaint_case) FROM complaint_case
    UNION ALL SELECT to_jsonb(offer_response) FROM offer_response
    ORDER BY 1
""")
CLEAR = text("TRUNCATE announced, complaint_case, offer_response, journal")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_the_end_state_does_not_depend_on_order_lanes_batching_or_repetition(database, data):
    customers, case = [new_id(), new_id()], new_id()
    events = [make(who, number) for who in customers for make in (scored, segmented, decided) for number in (1, 2)]
    events += [a_case(case, 1, None), a_case(case, 2, customers[0], CaseAttached), accepted(customers[1])]

    async def end_state(order, cut):
        async with database.begin() as uow:
            await uow.connection.execute(CLEAR)
        for batch in (order[:cut], order[cut:], order[:2]):
            if batch:
                await deliver(SERVICE, database, batch)
        async with database.read() as uow:
            return (await uow.connection.execute(DERIVED)).scalars()

    shuffled = [loaded(e) if data.draw(st.booleans()) else e for e in data.draw(st.permutations(events))]
    cut = data.draw(st.integers(0, len(events)))
    assert await end_state(shuffled, cut) == await end_state(events, len(events))


async def test_a_part_that_was_not_asked_for_is_missing(shop, customer):
    assert not set(all_parts(KINDS)) & (await shop.view(include="")).keys()
    only = await shop.view(include="score,purchases")
    assert set(all_parts(KINDS)) & only.keys() == {"score", "purchases"}
    wrong = await shop.client.get(f"/v1/customers/{customer}", params={"include": "soul"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "include")


async def test_a_view_costs_few_statements_however_much_there_is(shop, database, customer):
    async def cost() -> int:
        with statements(database) as seen:
            await shop.view(str(customer))
        return len(seen)

    before = await cost()
    facts = [{"type": "purchase", **shop.purchase()} for _ in range(30)]
    facts += [{"type": "contract-start", **shop.contract()} for _ in range(30)]
    await shop.post("batches", {"facts": facts})
    await deliver(SERVICE, database, [scored(customer, 1), segmented(customer, 1), a_case(new_id(), 1, customer)])
    assert before == await cost() == 7
    assert len((await shop.view())["purchases"]["items"]) == 10


async def test_the_newest_purchases_are_found_by_their_index(shop, database, customer):
    async with database.read() as uow:
        plan = await uow.connection.execute(
            text("""
            EXPLAIN SELECT id FROM fact WHERE customer_id = :id AND kind = 'purchase'
            ORDER BY occurred_at DESC, id DESC LIMIT 10
            """),
            {"id": customer},
        )
        lines = "\n".join(plan.scalars())
    assert "ix_fact_customer" in lines
    assert "Sort" not in lines


async def test_purchases_of_a_customer_are_listed_by_the_time_they_happened(shop, client):
    for day in (3, 1, 2):
        await shop.buys(f"D{day}", occurred_at=f"2011-02-0{day}T10:00:00Z")
    await shop.buys("other", customer="web-shop:2")
    shown: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(3):
        page = (await client.get("/v1/customers/web-shop:17850/purchases", params={"limit": 1, **cursor})).json()
        shown += [item["source"]["fact_id"] for item in page["items"]]
        cursor = {"cursor": page["next_cursor"]}
    assert shown == ["D3", "D2", "D1"]
    since = await client.get("/v1/purchases", params={"since": "2011-02-03T00:00:00Z", "customer": "web-shop:17850"})
    assert [item["source"]["fact_id"] for item in since.json()["items"]] == ["D3"]


async def test_an_erased_customer_is_shown_as_erased_and_takes_nothing(shop, database, customer):
    async with database.begin() as uow:
        await uow.connection.execute(text("UPDATE customer SET status = 'erased', erased_at = now()"))
    view = await shop.view(str(customer))
    assert (view["status"], view["given_name"]) == ("erased", None)
    answer = await shop.buys()
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (410, "customer-gone")
