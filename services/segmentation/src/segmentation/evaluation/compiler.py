"""Compiler of rules to SQL expressions: every value is bound, and an unknown value meets no condition."""

import operator as operators
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    all_,
    and_,
    any_,
    case,
    false,
    func,
    literal,
    not_,
    or_,
)

from segmentation.domain.rules import (
    ActivityCondition,
    AllOf,
    AnyOf,
    AttributeCondition,
    NotAny,
    Rule,
    SinceCondition,
    conditions,
)
from segmentation.domain.vocabulary import Attribute, Operator
from segmentation.evaluation.sources import Sources
from segmentation.evaluation.windows import Window, days_since, window_of

Columns = dict[Attribute, ColumnElement[Any]]

# A list is bound as one array, so that the statement does not depend on the number of values.
COMPARISONS: dict[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQUAL: operators.eq,
    Operator.NOT_EQUAL: operators.ne,
    Operator.LESS: operators.lt,
    Operator.AT_MOST: operators.le,
    Operator.MORE: operators.gt,
    Operator.AT_LEAST: operators.ge,
    Operator.IN: lambda left, right: left == any_(literal(right, ARRAY(left.type))),
    Operator.NOT_IN: lambda left, right: left != all_(literal(right, ARRAY(left.type))),
}


def windows_of(rules: Iterable[Rule]) -> set[Window]:
    """Return the windows of activity that `rules` ask for."""
    return {
        window_of(condition)
        for rule in rules
        for condition in conditions(rule)
        if isinstance(condition, ActivityCondition)
    }


def readings(rule: Rule, attributes: Columns) -> list[Columns]:
    """Return the attributes under each of which `rule` must be met: one for each age that a customer may have.

    Only the year of birth is shared. Before the birthday the age is one less than the difference of the years, and
    nobody here knows the birthday. A rule that must be met at both ages is met for every birth date of the year, also
    under `not`, between two bounds, and where one branch of `or` covers what another leaves open.
    """
    leaves = (leaf for leaf in conditions(rule) if isinstance(leaf, AttributeCondition))
    if all(leaf.attribute is not Attribute.AGE for leaf in leaves):
        return [attributes]
    age = attributes[Attribute.AGE]
    return [attributes, {**attributes, Attribute.AGE: case((age > 0, age - 1), else_=age)}]


def met(rule: Rule, facts: Sources, attributes: Columns) -> ColumnElement[bool]:
    """Return the expression that is true where `rule` is met, and never NULL."""
    match rule:
        case AllOf():
            return and_(*(met(branch, facts, attributes) for branch in rule.rules))
        case AnyOf():
            return or_(*(met(branch, facts, attributes) for branch in rule.rules))
        case NotAny():
            return not_(met(rule.rule, facts, attributes))
        case AttributeCondition():
            comparison = _compare(attributes[rule.attribute], rule.operator, rule.value)
        case ActivityCondition():
            comparison = _compare(facts.windows.values[window_of(rule)], rule.operator, rule.value)
        case SinceCondition():
            comparison = _compare(days_since(facts.moments[rule.moment]), rule.operator, rule.days)
    return func.coalesce(comparison, false())


def meets(condition: AttributeCondition, value: int) -> bool:
    """Return whether a number meets a condition, as it would in SQL."""
    match condition.operator, condition.value:
        case Operator.IN, list(values):
            return value in values
        case Operator.NOT_IN, list(values):
            return value not in values
    return bool(COMPARISONS[condition.operator](value, condition.value))


def _compare(left: ColumnElement[Any], operator: Operator, right: Any) -> ColumnElement[bool]:
    compared: ColumnElement[bool] = COMPARISONS[operator](left, right)
    return compared
