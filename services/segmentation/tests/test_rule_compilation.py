"""The compiled SQL of any rule agrees with the reference, now and until the next due time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lealtad.events.envelope import Event
from lealtad.ids import new_id
from lealtad.testing.driving import undone
from lealtad.unit_of_work import Database, Phase, UnitOfWork
from segmentation.consumers import projections
from segmentation.domain.boundaries import Boundaries
from segmentation.domain.evaluation_result import EvaluationResult
from segmentation.domain.rulebook import Definition, Rulebook
from segmentation.domain.rules import Rule
from segmentation.domain.value_policy import TierRule, ValuePolicy
from segmentation.evaluation.evaluator import Evaluator

from . import strategies
from .builders import NOW, registered
from .reference import Customer

POLICY = ValuePolicy(
    window_days=30,
    min_customers=5,
    hour=2,
    tiers=[TierRule(tier="bronze", revenue_share=1, service_tier="standard")],
)
FURTHEST = timedelta(days=90)
on_a_database = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
Base = dict[UUID, list[Event[Any]]]


@asynccontextmanager
async def projected(database: Database, base: Base) -> AsyncIterator[UnitOfWork]:
    """Fold the events of a base in a transaction that leaves nothing behind."""
    async with undone(database) as connection, database.begin(phase=Phase.PROJECT) as unit:
        unit.connection = connection
        await projections.run(unit, [event for events in base.values() for event in events])
        yield unit


async def evaluate(
    unit: UnitOfWork, base: Base, rules: list[Rule], limits: Boundaries | None, now: datetime
) -> list[EvaluationResult]:
    definitions = tuple(Definition(UUID(int=number), f"rule-{number}", 1, rule) for number, rule in enumerate(rules))
    evaluator = Evaluator.of(Rulebook(definitions, (), POLICY, limits))
    return await evaluator.evaluate(unit.connection, sorted(base), now)


def expected_of(events: list[Event[Any]], rules: list[Rule], limits: Boundaries | None, now: datetime) -> Any:
    customer = Customer(events, now, limits)
    known = customer.state is None or customer.state.status == "active"
    value = (customer.tier(), customer.scores()) if known else (None, None)
    return {number for number, rule in enumerate(rules) if customer.meets(rule)}, *value


def answer_of(result: EvaluationResult) -> Any:
    scores = result.scores
    triple = (scores.recency, scores.frequency, scores.monetary) if scores else None
    return {key.int for key in result.members}, result.tier, triple


def announced(result: Any) -> Any:
    members, tier, scores = result
    return members, tier, scores and scores[1:]


@given(
    base=strategies.bases(),
    rules=st.lists(strategies.rules, min_size=1, max_size=3),
    limits=st.none() | strategies.boundaries(),
)
@on_a_database
async def test_the_compiled_rule_agrees_with_the_reference(
    database: Database, base: Base, rules: list[Rule], limits: Boundaries | None
) -> None:
    async with projected(database, base) as unit:
        for result in await evaluate(unit, base, rules, limits, NOW):
            events = base[result.customer_id]
            assert answer_of(result) == expected_of(events, rules, limits, NOW)


@given(
    base=strategies.bases(),
    rules=st.lists(strategies.rules, min_size=1, max_size=3),
    limits=st.none() | strategies.boundaries(),
)
@on_a_database
async def test_time_alone_changes_nothing_before_the_next_due_time(
    database: Database, base: Base, rules: list[Rule], limits: Boundaries | None
) -> None:
    async with projected(database, base) as unit:
        for result in await evaluate(unit, base, rules, limits, NOW):
            due = result.next_due_at or NOW + FURTHEST
            assert due > NOW
            for moment in _moments_until(min(due, NOW + FURTHEST)):
                # The recency score, which moves every few days, is computed when it is read.
                assert announced(expected_of(base[result.customer_id], rules, limits, moment)) == announced(
                    answer_of(result)
                )


def _moments_until(due: datetime) -> list[datetime]:
    midnight = datetime.combine(NOW.date(), datetime.min.time(), tzinfo=UTC) + timedelta(days=1)
    midnights = [midnight + timedelta(days=day) for day in range(max(0, (due - midnight).days + 1))]
    return [moment for moment in midnights if moment < due] + [due - timedelta(microseconds=1)]


async def test_a_customer_without_any_fact_is_evaluated(database: Database) -> None:
    customer = new_id()
    rule = strategies.RULE.validate_python({"kind": "activity", "metric": "purchases", "operator": "=", "value": 0})
    async with projected(database, {}) as unit:
        [result] = await evaluate(unit, {customer: []}, [rule], None, NOW)

    assert result.members == {UUID(int=0)}
    assert result.next_due_at is None


def _age(operator: str, value: Any) -> dict[str, Any]:
    return {"kind": "attribute", "attribute": "age", "operator": operator, "value": value}


OF_AGE, UNDER_AGE = _age(">=", 18), _age("<", 18)


@pytest.mark.parametrize(
    ("rule", "years_met"),
    [
        (OF_AGE, {19, 20}),
        (UNDER_AGE, {17}),
        ({"kind": "not", "rule": OF_AGE}, {17}),
        ({"kind": "not", "rule": UNDER_AGE}, {19, 20}),
        (_age("=", 18), set()),
        ({"kind": "not", "rule": _age("=", 18)}, {17, 20}),
        ({"kind": "and", "rules": [OF_AGE, _age("<=", 19)]}, {19}),
        ({"kind": "or", "rules": [OF_AGE, UNDER_AGE]}, {17, 18, 19, 20}),
        (_age("in", [17, 18]), {18}),
        (_age("not-in", [17]), {19, 20}),
    ],
)
async def test_a_rule_on_age_is_met_for_every_birth_date_of_the_year_or_not_at_all(
    database: Database, rule: dict[str, Any], years_met: set[int]
) -> None:
    years_of = {new_id(): years for years in (17, 18, 19, 20)}
    base: Base = {customer: [registered(customer, birth_year=NOW.year - years)] for customer, years in years_of.items()}
    async with projected(database, base) as unit:
        results = await evaluate(unit, base, [strategies.RULE.validate_python(rule)], None, NOW)

    assert {years_of[result.customer_id] for result in results if result.members} == years_met
