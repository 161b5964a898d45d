"""A fact changes a customer's segments, and exactly the difference is announced."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from lealtad.events.catalog.complaints import CaseStatus
from lealtad.events.catalog.customer_profile import CustomerStatus
from lealtad.events.envelope import Event
from lealtad.ids import new_id
from lealtad.testing.driving import deliver
from lealtad.unit_of_work import Database
from segmentation.service import SERVICE

from .builders import NOW, case, days_ago, purchase, registered, response, score


def keys(refs: Sequence[Any]) -> set[str]:
    return {ref.key for ref in refs}


async def announce(database: Database, *events: Event[Any]) -> list[Any]:
    return [event.data for event in await deliver(SERVICE, database, events, now=NOW)]


async def test_a_first_purchase_makes_a_new_and_active_customer(database: Database) -> None:
    customer = new_id()
    bought = purchase(customer)

    [event] = await deliver(SERVICE, database, [bought], now=NOW)

    assert event.type == "lealtad.segments.memberships-changed.v1"
    assert event.key == customer
    assert keys(event.data.entered) == {"new-customers", "active-90d"}
    assert event.data.left == []
    assert event.data.segments == event.data.entered
    assert event.data.as_of == NOW
    assert event.data.causes.ids == [bought.id]
    assert event.causation_id == bought.id


async def test_a_fact_that_changes_nothing_announces_nothing(database: Database) -> None:
    customer = new_id()
    await announce(database, purchase(customer))

    assert await announce(database, purchase(customer)) == []


async def test_one_batch_gives_one_record_per_customer_with_all_causes(database: Database) -> None:
    first, second = sorted([new_id(), new_id()])
    facts = [purchase(first, mugs="900"), purchase(first, mugs="1200"), case(first), purchase(second)]

    events = await announce(database, *facts)

    assert [event.customer_id for event in events] == [first, second]
    assert keys(events[0].entered) == {
        "new-customers",
        "active-90d",
        "big-basket",
        "open-complaint",
        "dissatisfied",
    }
    assert set(events[0].causes.ids) == {fact.id for fact in facts[:3]}


async def test_a_score_moves_the_customer_in_and_out_of_at_risk_naming_the_root_fact(database: Database) -> None:
    customer, root = new_id(), new_id()

    [risk] = await announce(database, score(customer, "0.81", "critical", roots=(root,)))
    [calm] = await announce(database, score(customer, "0.10", "low", sequence=2, roots=(root,)))

    assert keys(risk.entered) == {"at-risk"}
    assert risk.causes.ids == [root]
    assert keys(calm.left) == {"at-risk"}
    assert calm.segments == []


async def test_a_complaint_opens_and_its_resolution_closes_the_segment(database: Database) -> None:
    customer, case_id = new_id(), new_id()

    [opened] = await announce(database, case(customer, case_id))
    [resolved] = await announce(database, case(customer, case_id, version=2, status=CaseStatus.RESOLVED))

    assert "open-complaint" in keys(opened.entered)
    assert keys(resolved.left) == {"open-complaint", "dissatisfied"}


async def test_a_case_changes_no_segment_until_its_customer_is_known(database: Database) -> None:
    customer, case_id = new_id(), new_id()

    assert await announce(database, case(None, case_id)) == []
    [attached] = await announce(database, case(customer, case_id, version=2))

    assert "open-complaint" in keys(attached.entered)


async def test_responses_to_offers_weary_a_customer(database: Database) -> None:
    customer = new_id()
    refusals = [response(customer, days_ago(day), accepted=False) for day in (1, 2)]

    [weary] = await announce(database, *refusals)
    [fresh] = await announce(database, response(customer, accepted=True))

    assert keys(weary.entered) == {"offer-weary"}
    assert keys(fresh.left) == {"offer-weary"}


async def test_an_erased_or_merged_customer_leaves_every_segment(database: Database) -> None:
    for status in (CustomerStatus.ERASED, CustomerStatus.MERGED):
        customer = new_id()
        await announce(database, registered(customer), purchase(customer), score(customer, "0.9", "critical"))

        [change] = await announce(database, registered(customer, sequence=2, status=status))

        assert change.segments == []
        assert keys(change.left) == {"new-customers", "active-90d", "at-risk"}


async def test_a_late_fact_counts_on_its_own_day(database: Database) -> None:
    customer = new_id()
    await announce(database, purchase(customer))

    [event] = await announce(database, purchase(customer, days_ago(40)))

    assert keys(event.left) == {"new-customers"}


async def test_a_repeated_fact_counts_once(database: Database) -> None:
    customer = new_id()
    bought = purchase(customer, days_ago(31))

    await announce(database, bought)
    await announce(database, bought)

    async with database.read() as uow:
        row = await uow.connection.run("SELECT purchases, purchase_amount FROM activity_total")
        assert tuple(row.one()) == (1, 10)


async def test_an_announced_membership_is_stored_with_its_cause(database: Database) -> None:
    customer = new_id()
    bought = purchase(customer)

    [event] = await deliver(SERVICE, database, [bought], now=NOW)

    async with database.read() as uow:
        rows = await uow.connection.run("SELECT DISTINCT cause_id, event_id, since FROM membership")
        row = rows.one()
    assert (UUID(str(row.cause_id)), UUID(str(row.event_id)), row.since) == (bought.id, event.id, NOW)
