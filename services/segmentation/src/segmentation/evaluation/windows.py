"""Windows of activity as SQL: one pass over a customer's days gives all the sums that the rules ask for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, FromClause, Table, and_, bindparam, func, literal, or_, select, true

from segmentation.domain.vocabulary import Metric
from segmentation.facts.models import activity_day, activity_line_day, activity_total

TODAY: ColumnElement[date] = bindparam("today", type_=Date)


def days_since(day: ColumnElement[date]) -> ColumnElement[int]:
    """Return the days from `day` to today, 0 for a day to come; NULL where there is no day."""
    reached: ColumnElement[Any] = func.greatest(TODAY, day, type_=Date)
    return reached - day


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A metric over the last `days` (today included), or ever, of one product line or of all."""

    metric: Metric
    days: int | None = None
    product_line: str | None = None


@dataclass(frozen=True, slots=True)
class WindowSources:
    """What to join, and where the value of each window stands afterwards."""

    joins: tuple[FromClause, ...]
    values: dict[Window, ColumnElement[Any]]
    leaving: tuple[ColumnElement[date], ...]
    """Days on which the oldest activity leaves a window, so that its value changes by time alone."""


def window_sources(customer_id: ColumnElement[Any], windows: Iterable[Window]) -> WindowSources:
    """Return sources for `windows`; `activity_total` must be joined already, for windows over the whole life."""
    values: dict[Window, ColumnElement[Any]] = {}
    timed: dict[Table, list[Window]] = {activity_day: [], activity_line_day: []}
    for window in sorted(set(windows), key=repr):
        if window.days is None:
            values[window] = _total(window.metric)
        else:
            timed[_table(window)].append(window)
    joins, leaving = [], []
    for table, wanted in timed.items():
        if not wanted:
            continue
        lateral = _aggregates(customer_id, table, wanted)
        joins.append(lateral)
        values |= {window: lateral.c[f"value_{number}"] for number, window in enumerate(wanted)}
        leaving += [lateral.c[f"leaves_{number}"] for number in range(len(wanted))]
    return WindowSources(tuple(joins), values, tuple(leaving))


def _table(window: Window) -> Table:
    by_line = window.product_line is not None or window.metric is Metric.PRODUCT_LINES
    return activity_line_day if by_line else activity_day


def _total(metric: Metric) -> ColumnElement[Any]:
    columns = activity_total.c
    if metric is Metric.NET_AMOUNT:
        return func.coalesce(columns.purchase_amount - columns.returned_amount, 0)
    return func.coalesce(columns[_column(metric)], 0)


def _aggregates(customer_id: ColumnElement[Any], table: Table, windows: list[Window]) -> FromClause:
    """Return one row per customer: each window's value, and the day on which its oldest row leaves it."""
    longest = max(window.days or 0 for window in windows)
    columns: list[ColumnElement[Any]] = []
    for number, window in enumerate(windows):
        days = window.days or 0
        inside = table.c.day > TODAY - literal(days)
        if window.product_line is not None:
            inside = and_(inside, table.c.product_line == window.product_line)
        relevant = and_(inside, _relevant(table, window.metric))
        aggregate = _aggregate(table, window.metric)
        oldest = func.min(table.c.day).filter(relevant)
        columns += [
            func.coalesce(aggregate.filter(relevant), 0).label(f"value_{number}"),
            (oldest + literal(days)).label(f"leaves_{number}"),
        ]
    # Read by the primary key: as many rows as the longest window has days, however long the history is.
    rows = select(*columns).where(table.c.customer_id == customer_id, table.c.day > TODAY - literal(longest))
    return rows.lateral(f"windows_of_{table.name}")


def _aggregate(table: Table, metric: Metric) -> Any:
    columns = table.c
    match metric:
        case Metric.PURCHASE_DAYS:
            return func.count(columns.day.distinct())
        case Metric.PRODUCT_LINES:
            return func.count(columns.product_line.distinct())
        case Metric.LARGEST_PURCHASE:
            return func.max(columns.largest_purchase)
        case Metric.NET_AMOUNT:
            return func.sum(columns.purchase_amount - columns.returned_amount)
        case _:
            return func.sum(columns[_column(metric)])


def _relevant(table: Table, metric: Metric) -> ColumnElement[bool]:
    columns = table.c
    match metric:
        case Metric.NET_AMOUNT:
            return or_(columns.purchases > 0, columns.returns > 0)
        case Metric.RETURNS | Metric.RETURNED_AMOUNT:
            return columns.returns > 0
        case Metric.PAYMENTS | Metric.PAID_AMOUNT:
            return columns.payments > 0
        case (
            Metric.FAILED_PAYMENTS
            | Metric.TOUCHPOINTS
            | Metric.BAD_TOUCHPOINTS
            | Metric.OFFERS_ACCEPTED
            | Metric.OFFERS_REJECTED
        ):
            return columns[_column(metric)] > 0
        case _:
            return columns.purchases > 0


def _column(metric: Metric) -> str:
    return metric.value.replace("-", "_")


def joined(source: FromClause, *laterals: FromClause) -> FromClause:
    """Return `source` with each lateral joined to every row."""
    for lateral in laterals:
        source = source.outerjoin(lateral, true())
    return source
