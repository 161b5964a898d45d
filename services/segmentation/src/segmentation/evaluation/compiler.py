"""A rule as a SQL expression: every value is bound, and something unknown meets no condition."""

import operator as operators
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    DateTime,
    all_,
    and_,
    any_,
    bindparam,
    case,
    cast,
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
from segmentation.evaluation.windows import TODAY, Window, days_since

NEW_YEAR: ColumnElement[date] = bindparam("new_year", type_=Date)
"""First day of the next year: the age in a rule is the calendar year less the year of birth."""

Columns = dict[Attribute, ColumnElement[Any]]

# Lists are bound as one array: the statement stays the same however many values a rule names.
COMPARISONS: dict[Operator, Callable[[ColumnElement[Any], Any], Any]] = {
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
        _window(condition)
        for rule in rules
        for condition in conditions(rule)
        if isinstance(condition, ActivityCondition)
    }


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
            comparison = _compare(facts.windows.values[_window(rule)], rule.operator, rule.value)
        case SinceCondition():
            comparison = _compare(days_since(facts.moments[rule.moment]), rule.operator, rule.days)
    return func.coalesce(comparison, false())


def change_days(rules: Iterable[Rule], facts: Sources) -> list[ColumnElement[Any]]:
    """Return the days on which a condition of `rules` may turn by time alone, besides windows that lose activity."""
    days: dict[tuple[object, ...], ColumnElement[Any]] = {}
    for rule in rules:
        for condition in conditions(rule):
            if isinstance(condition, SinceCondition):
                after = condition.changes_after
                days[condition.moment, after] = facts.moments[condition.moment] + literal(after)
            elif isinstance(condition, AttributeCondition) and condition.attribute is Attribute.AGE:
                days[(Attribute.AGE,)] = case((facts.attributes[Attribute.AGE].is_not(None), NEW_YEAR))
    return [day for _, day in sorted(days.items(), key=lambda item: repr(item[0]))]


def earliest(days: Iterable[ColumnElement[Any]], *times: ColumnElement[datetime]) -> ColumnElement[datetime]:
    """Return the first of the future `days` (at their beginning in UTC) and of `times`; NULL where there is none."""
    coming = [case((day > TODAY, day)) for day in days]
    first = func.timezone("UTC", cast(func.least(*coming), DateTime), type_=DateTime(timezone=True))
    return func.least(first, *times)


def _window(condition: ActivityCondition) -> Window:
    return Window(condition.metric, condition.within_days, condition.product_line)


def _compare(left: ColumnElement[Any], operator: Operator, right: Any) -> ColumnElement[bool]:
    compared: ColumnElement[bool] = COMPARISONS[operator](left, right)
    return compared
