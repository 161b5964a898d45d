"""Conditions that can never hold are found; conditions that some customer may meet are never called impossible."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from segmentation.domain.contradictions import find_contradictions
from segmentation.domain.rules import Rule

RULE: TypeAdapter[Rule] = TypeAdapter(Rule)


def attribute(name: str, operator: str, value: Any) -> dict[str, Any]:
    return {"kind": "attribute", "attribute": name, "operator": operator, "value": value}


def purchases(operator: str, value: int) -> dict[str, Any]:
    return {"kind": "activity", "metric": "purchases", "within_days": 30, "operator": operator, "value": value}


def since(operator: str, days: int) -> dict[str, Any]:
    return {"kind": "since", "moment": "last-purchase", "operator": operator, "days": days}


def every(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "and", "rules": list(rules)}


def negated(rule: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "not", "rule": rule}


def pointers(rule: dict[str, Any]) -> list[str]:
    return [found.pointer for found in find_contradictions(RULE.validate_python(rule), "/rule")]


@pytest.mark.parametrize(
    "rule",
    [
        every(purchases(">=", 5), purchases("<=", 3)),
        every(purchases(">", 3), purchases("<", 4)),
        every(purchases("=", 3), purchases("!=", 3)),
        every(attribute("stratum", "in", [1, 2]), attribute("stratum", ">", 2)),
        every(since(">", 60), since("<=", 60)),
        every(attribute("tier", "=", "gold"), attribute("tier", "=", "silver")),
        every(attribute("tier", "in", ["gold"]), attribute("tier", "not-in", ["gold", "silver"])),
        every(attribute("open-complaint", "=", True), attribute("open-complaint", "=", False)),
        every(attribute("open-complaint", "!=", True), attribute("open-complaint", "!=", False)),
        every(attribute("churn-probability", ">", "0.5"), attribute("churn-probability", "<=", "0.5")),
        every(attribute("age", ">=", 30), every(attribute("age", "<", 30))),
        every(attribute("country", "=", "ES"), negated(attribute("country", "=", "ES"))),
        every(negated(since("<", 5)), since("<", 5)),
    ],
)
def test_two_conditions_that_exclude_each_other_are_found_at_the_second(rule: dict[str, Any]) -> None:
    (pointer,) = pointers(rule)
    assert pointer.startswith("/rule/rules/1")


@pytest.mark.parametrize(
    "rule",
    [
        purchases("<", 0),
        since("<", 0),
        attribute("rfm-recency", ">", 5),
        attribute("stratum", "<", 1),
        attribute("churn-probability", ">", 1),
        attribute("churn-probability", "<", "0"),
    ],
)
def test_a_condition_outside_its_scale_is_found(rule: dict[str, Any]) -> None:
    assert pointers(rule) == ["/rule"]
    assert pointers(negated(rule)) == ["/rule/rule"]
    assert pointers({"kind": "or", "rules": [purchases(">", 1), rule]}) == ["/rule/rules/1"]


@pytest.mark.parametrize(
    "rule",
    [
        every(purchases(">=", 3), purchases("<=", 3)),
        every(purchases(">=", 5), {**purchases("<=", 3), "within_days": 60}),
        every(purchases(">=", 5), {**purchases("<=", 3), "product_line": "mugs"}),
        {"kind": "or", "rules": [purchases(">=", 5), purchases("<=", 3)]},
        every(attribute("open-cases", ">", 1_000_000)),
        every(attribute("tier", "!=", "gold"), attribute("tier", "!=", "silver")),
        every(attribute("age", ">=", 18), attribute("age", "<=", 18)),
    ],
)
def test_conditions_that_some_customer_may_meet_are_not_called_impossible(rule: dict[str, Any]) -> None:
    assert pointers(rule) == []


OPERATORS = {
    "<": int.__lt__,
    "<=": int.__le__,
    ">": int.__gt__,
    ">=": int.__ge__,
    "=": int.__eq__,
    "!=": int.__ne__,
}
CONDITIONS = st.lists(st.tuples(st.sampled_from(sorted(OPERATORS)), st.integers(1, 5)), min_size=1, max_size=5)


@given(CONDITIONS)
def test_quintiles_are_found_impossible_exactly_where_no_quintile_meets_all(
    wanted: list[tuple[str, int]],
) -> None:
    met = any(all(OPERATORS[operator](score, value) for operator, value in wanted) for score in range(1, 6))
    found = pointers(every(*(attribute("rfm-recency", operator, value) for operator, value in wanted)))

    assert (found == []) == met


@given(CONDITIONS)
def test_counts_called_impossible_are_met_by_no_count(wanted: list[tuple[str, int]]) -> None:
    met = any(all(OPERATORS[operator](count, value) for operator, value in wanted) for count in range(20))

    if met:
        assert pointers(every(*(purchases(operator, value) for operator, value in wanted))) == []
