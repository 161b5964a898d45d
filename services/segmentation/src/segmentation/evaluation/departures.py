"""Departures: the days on which activity leaves a window and may change the answer of a condition."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, Date, literal_column

from segmentation.domain.rules import ActivityCondition, Rule, conditions
from segmentation.domain.vocabulary import AMOUNTS, EQUALITY, Metric, Operator
from segmentation.evaluation.windows import Departure, window_of

NEVER: ColumnElement[date] = literal_column("DATE 'infinity'", Date)
COUNTED = frozenset(Metric) - AMOUNTS - {Metric.PRODUCT_LINES}
"""Metrics of which each day in the window counts at least one, and which time alone only lowers."""
STRICT = frozenset({Operator.MORE, Operator.AT_MOST})


def decisive_departures(condition: ActivityCondition) -> list[tuple[int | None, Departure]]:
    """Return the departures that may change the answer of a timed condition, each with the least value it matters at.

    None stands for any value. A count of n or more falls below n no sooner than the n-th newest day leaves.
    """
    window = window_of(condition)
    value, operator = Decimal(str(condition.value)), condition.operator
    if condition.metric in COUNTED:
        thresholds = [value, value + 1] if operator in EQUALITY else [value + (operator in STRICT)]
        return [(int(least), Departure(window, nth_newest=int(least))) for least in thresholds if least >= 1]
    if condition.metric is Metric.LARGEST_PURCHASE and value > 0 and operator not in EQUALITY:
        return [(None, Departure(window, reaching=value, above=operator in STRICT))]
    return [(None, Departure(window))]


def departures_of(rules: Iterable[Rule]) -> set[Departure]:
    """Return all departures that decide about conditions of `rules`."""
    return {
        departure
        for rule in rules
        for condition in conditions(rule)
        if isinstance(condition, ActivityCondition) and condition.within_days is not None
        for _, departure in decisive_departures(condition)
    }
