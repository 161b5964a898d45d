"""A window of N days is today and the N - 1 days before, for every metric."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from lealtad.due import backlog
from lealtad.events.envelope import Event
from lealtad.ids import new_id
from lealtad.testing.driving import deliver, run_due
from lealtad.unit_of_work import Database
from segmentation.domain.rulebook import Definition, Rulebook
from segmentation.domain.vocabulary import WINDOW_ONLY, Metric
from segmentation.evaluation.evaluator import Evaluator
from segmentation.service import SERVICE

from .builders import (
    NOW,
    case,
    contract,
    days_ago,
    failed_payment,
    payment,
    purchase,
    response,
    returned,
    touchpoint,
)
from .strategies import RULE
from .test_rule_compilation import POLICY

Fact = Callable[[UUID, datetime], Event[Any]]
FACTS: dict[Metric, Fact] = {
    Metric.RETURNS: returned,
    Metric.RETURNED_AMOUNT: returned,
    Metric.PAYMENTS: payment,
    Metric.PAID_AMOUNT: payment,
    Metric.FAILED_PAYMENTS: failed_payment,
    Metric.TOUCHPOINTS: touchpoint,
    Metric.BAD_TOUCHPOINTS: lambda customer, at: touchpoint(customer, at, bad=True),
    Metric.OFFERS_ACCEPTED: lambda customer, at: response(customer, at, accepted=True),
    Metric.OFFERS_REJECTED: lambda customer, at: response(customer, at, accepted=False),
}


async def meets(database: Database, customer: UUID, days: int | None, metric: Metric) -> bool:
    rule = RULE.validate_python(
        {"kind": "activity", "metric": metric, "within_days": days, "operator": ">", "value": 0}
    )
    rulebook = Rulebook((Definition(UUID(int=0), "tested", 1, rule),), (), POLICY, None)
    async with database.read() as uow:
        [result] = await Evaluator.of(rulebook).evaluate(uow.connection, [customer], NOW)
    return bool(result.members)


async def test_of_every_metric_the_oldest_day_counts_and_the_day_before_it_does_not(database: Database) -> None:
    inside, outside = {metric: new_id() for metric in Metric}, {metric: new_id() for metric in Metric}
    facts: list[Event[Any]] = []
    for metric in Metric:
        fact: Fact = FACTS.get(metric, purchase)
        facts += [fact(inside[metric], days_ago(6)), fact(outside[metric], days_ago(7))]
    await deliver(SERVICE, database, facts, now=NOW)

    for metric in Metric:
        assert await meets(database, inside[metric], 7, metric), metric
        assert not await meets(database, outside[metric], 7, metric), metric
        assert metric in WINDOW_ONLY or await meets(database, outside[metric], None, metric), metric


async def test_leaving_a_window_is_announced_at_the_first_moment_of_the_day(database: Database) -> None:
    customer = new_id()
    await deliver(SERVICE, database, [purchase(customer, days_ago(89)), purchase(customer, days_ago(80))], now=NOW)
    last_day = days_ago(80) + timedelta(days=90)
    midnight = last_day.replace(hour=0)

    before = await run_due(SERVICE, database, now=midnight - timedelta(microseconds=1))
    after = await run_due(SERVICE, database, now=midnight)

    assert "active-90d" not in {ref.key for event in before for ref in event.data.left}
    [event] = after
    assert {ref.key for ref in event.data.left} == {"active-90d"}
    assert event.data.as_of == midnight
    assert event.data.causes.count == 1


async def test_time_alone_makes_a_customer_lapsing_and_then_lapsed(database: Database) -> None:
    customer = new_id()
    await deliver(SERVICE, database, [purchase(customer, days_ago(1)), purchase(customer)], now=NOW)

    moves = [
        (day, {ref.key for ref in event.data.entered}, {ref.key for ref in event.data.left})
        for day in range(1, 125)
        for event in await run_due(SERVICE, database, now=NOW + timedelta(days=day))
    ]

    assert moves == [
        (30, set(), {"new-customers"}),
        (61, {"lapsing"}, set()),
        (90, set(), {"active-90d"}),
        (121, {"lapsed"}, {"lapsing"}),
    ]


async def test_a_contract_that_ends_is_noticed_at_that_moment(database: Database) -> None:
    customer, ends_at = new_id(), NOW + timedelta(hours=5, minutes=7)
    [entered] = await deliver(SERVICE, database, [contract(customer, new_id(), days_ago(30), ends_at)], now=NOW)

    assert await run_due(SERVICE, database, now=ends_at - timedelta(microseconds=1)) == []
    [left] = await run_due(SERVICE, database, now=ends_at)

    assert {ref.key for ref in entered.data.entered} == {"contract-customers"}
    assert {ref.key for ref in left.data.left} == {"contract-customers"}


async def test_no_customer_stays_due_after_their_evaluation(database: Database) -> None:
    await deliver(SERVICE, database, [purchase(new_id(), days_ago(3)), case(new_id())], now=NOW)
    later = NOW + timedelta(days=400)

    await run_due(SERVICE, database, now=later)

    async with database.read() as uow:
        late = await backlog.counted(uow.connection, SERVICE.stream.due_actions, later)
    assert set(late.values()) == {0}
