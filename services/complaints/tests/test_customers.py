"""Events of other services about customers change the customers' cases."""

import asyncio
from decimal import Decimal

from lealtad.events.catalog.campaigns import OfferKind, OfferPresented, OfferRejected
from lealtad.events.catalog.complaints import CaseAttached, CaseRescheduled
from lealtad.events.catalog.customer_profile import CustomerStatus
from lealtad.ids import new_id
from lealtad.money import Money


async def gestures_in(desk, case):
    return [entry["gesture"] for entry in await desk.history(case) if entry["action"] == "gesture"]


async def test_a_case_is_attached_when_the_external_id_becomes_known(desk):
    case = await desk.open_case(customer="web-shop:17850")
    state = desk.a_customer("erp:9", "web-shop:17850")

    [attached] = await desk.hear(state)

    assert isinstance(attached.data, CaseAttached)
    assert attached.key == attached.data.customer_id == state.key
    assert attached.data.version == case["version"] + 1
    assert attached.causation_id == state.id
    assert (await desk.read(case))["customer_id"] == str(state.key)


async def test_a_case_that_names_an_unknown_id_is_attached_once_the_customer_is_known(desk):
    customer = new_id()
    case = await desk.open_case(customer=str(customer))
    assert case["customer_id"] is None

    await desk.hear(desk.a_customer(customer=customer))

    assert (await desk.read(case))["customer_id"] == str(customer)


async def test_the_desk_attaches_a_case_of_an_unknown_customer(desk):
    customer = await desk.know("web-shop:1")
    case = await desk.open_case()

    attached = await desk.step(case, "attach", customer="web-shop:1")
    again = await desk.step(case, "attach", customer=str(customer))

    assert attached["customer_id"] == str(customer)
    assert again["version"] == attached["version"] == case["version"] + 1


async def test_an_attached_case_is_not_moved_to_another_customer(desk):
    await desk.know("web-shop:1")
    other = await desk.know("web-shop:2")
    case = await desk.open_case(customer="web-shop:1")

    refused = await desk.client.post(f"/v1/cases/{case['id']}/attach", json={"customer": str(other)})

    assert refused.status_code == 409
    assert refused.json()["customer_id"] == case["customer_id"]


async def test_a_case_is_not_attached_to_an_unknown_customer(desk):
    case = await desk.open_case()

    refused = await desk.client.post(f"/v1/cases/{case['id']}/attach", json={"customer": "web-shop:ghost"})

    assert refused.status_code == 404


async def test_a_case_of_a_merged_customer_belongs_to_the_surviving_customer(desk):
    survivor, merged = new_id(), new_id()
    states = [
        desk.a_customer(customer=survivor),
        desk.a_customer("web-shop:1", customer=merged, status=CustomerStatus.MERGED, merged_into=survivor),
    ]
    await desk.hear(*states)

    assert (await desk.open_case(customer="web-shop:1"))["customer_id"] == str(survivor)


async def test_a_better_service_tier_brings_the_due_time_forward(desk):
    customer = await desk.know("web-shop:1")
    case = await desk.open_case(customer="web-shop:1", severity="high")

    [updated] = await desk.hear(desk.a_tier(customer, "premium"))

    assert isinstance(updated.data, CaseRescheduled)
    assert (await desk.read(case))["due_at"] == "2011-03-01T13:00:00Z"
    assert (await desk.open_case(customer="web-shop:1", severity="high"))["due_at"] == "2011-03-01T13:00:00Z"


async def test_segments_that_leave_the_tier_alone_change_nothing(desk):
    customer = await desk.know("web-shop:1")
    await desk.hear(desk.a_tier(customer, "premium"))
    case = await desk.open_case(customer="web-shop:1")

    assert await desk.hear(desk.a_tier(customer, "premium", sequence=2)) == []
    assert (await desk.read(case))["version"] == case["version"]


async def test_a_resolved_case_keeps_the_due_time_it_had(desk):
    customer = await desk.know("web-shop:1")
    case = await desk.step(await desk.open_case(customer="web-shop:1"), "resolve")

    await desk.hear(desk.a_tier(customer, "premium"))

    assert (await desk.read(case))["due_at"] == case["due_at"]


async def test_a_tier_that_arrives_during_the_intake_counts_in_the_end(desk):
    for number in range(12):
        customer = await desk.know(f"web-shop:{number}")
        answer, _ = await asyncio.gather(
            desk.try_to_open(customer=f"web-shop:{number}"),
            desk.hear(desk.a_tier(customer, "premium")),
        )
        assert (await desk.read(answer.json()))["tier"] == "premium"


async def test_a_gesture_of_recovery_is_noted_in_the_case(desk):
    customer = await desk.know("web-shop:1")
    case = await desk.open_case(customer="web-shop:1")
    desk.clock.advance(hours=1)
    presented, accepted = desk.a_gesture(customer, event=OfferPresented), desk.a_gesture(customer)

    await desk.hear(presented, accepted)
    await desk.hear(presented, accepted)

    noted = await gestures_in(desk, case)
    assert [(gesture["response"], gesture["offer"]) for gesture in noted] == [
        ("presented", "sorry-voucher"),
        ("accepted", "sorry-voucher"),
    ]


async def test_a_gesture_belongs_to_the_case_of_its_time(desk):
    customer = await desk.know("web-shop:1")
    early = await desk.open_case(customer="web-shop:1")
    gesture = desk.a_gesture(customer)
    desk.clock.advance(days=1)
    late = await desk.open_case(customer="web-shop:1")

    await desk.hear(gesture)

    assert (len(await gestures_in(desk, early)), len(await gestures_in(desk, late))) == (1, 0)


async def test_of_two_open_cases_a_gesture_belongs_to_the_one_that_it_names_and_tells_its_cost(desk):
    customer = await desk.know("web-shop:1")
    early, late = [await desk.open_case(customer="web-shop:1") for _ in range(2)]
    cost = Money(amount=Decimal("12.50"), currency="EUR")

    await desk.hear(desk.a_gesture(customer, case_id=early["id"], cost=cost))
    await desk.hear(desk.a_gesture(customer, case_id=late["id"], event=OfferRejected))

    (accepted,), (rejected,) = await gestures_in(desk, early), await gestures_in(desk, late)
    assert (accepted["response"], accepted["cost"]) == ("accepted", {"amount": "12.50", "currency": "EUR"})
    assert (rejected["response"], rejected["cost"]) == ("rejected", None)


async def test_a_gesture_that_names_an_unknown_case_belongs_to_the_case_of_its_time(desk):
    customer = await desk.know("web-shop:1")
    case = await desk.open_case(customer="web-shop:1")

    await desk.hear(desk.a_gesture(customer, case_id=new_id()))

    assert len(await gestures_in(desk, case)) == 1


async def test_other_offers_are_not_noted_in_a_case(desk):
    customer = await desk.know("web-shop:1")
    case = await desk.open_case(customer="web-shop:1")

    await desk.hear(desk.a_gesture(customer, kind=OfferKind.CROSS_SELL))

    assert await gestures_in(desk, case) == []


async def test_a_large_batch_costs_as_many_statements_as_a_small_one(desk):
    async def cost_of(customers):
        events = []
        for _ in range(customers):
            name = f"web-shop:{new_id().hex}"
            await desk.open_case(customer=name)
            state = desk.a_customer(name)
            events += [state, desk.a_tier(state.key, "premium")]
        with desk.statements() as seen:
            assert len(await desk.hear(*events)) == customers
        return len(seen)

    assert await cost_of(2) == await cost_of(30)
