"""Windows of activity as SQL: one pass over a customer's days gives all the sums that the rules need."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Date, FromClause, Table, and_, bindparam, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from segmentation.domain.rules import ActivityCondition
from segmentation.domain.vocabulary import Metric
from segmentation.facts.models import activity_day, activity_line_day, activity_total

TODAY: ColumnElement[date] = bindparam("today", type_=Date)


def days_since(day: ColumnElement[date]) -> ColumnElement[int]:
    """Return the number of days from `day` to today, 0 for a future day; NULL where there is no day."""
    reached: ColumnElement[Any] = func.greatest(TODAY, day, type_=Date)
    return reached - day


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A metric over the last `days` (today included), or ever, of one product line or of all."""

    metric: Metric
    days: int | None = None
    product_line: str | None = None


@dataclass(frozen=True, slots=True)
class Departure:
    """The day on which a certain day leaves a window: the oldest day, or a newer one that matters more."""

    window: Window
    nth_newest: int | None = None
    """Number of newest days; the first of them to leave counts."""
    reaching: Decimal | None = None
    """Least amount of a purchase on the day; `above`: the purchase is larger."""
    above: bool = False


@dataclass(frozen=True, slots=True)
class WindowSources:
    """Sources to be joined, and the columns with the value of each window."""

    joins: tuple[FromClause, ...]
    values: dict[Window, ColumnElement[Any]]
    departures: dict[Departure, ColumnElement[date]]
    """Days of the departures; NULL where no such day is in the window."""


def window_sources(
    customer_id: ColumnElement[Any], windows: Iterable[Window], departures: Iterable[Departure]
) -> WindowSources:
    """Return the sources of `windows`; windows over the whole life need `activity_total` joined already."""
    leaving = sorted(set(departures), key=repr)
    days: dict[Departure, ColumnElement[date]] = {}
    values: dict[Window, ColumnElement[Any]] = {}
    timed: dict[Table, list[Window]] = {activity_day: [], activity_line_day: []}
    for window in sorted(set(windows), key=repr):
        if window.days is None:
            values[window] = _total(window.metric)
        else:
            timed[_table(window)].append(window)
    joins = []
    for table, of_table in timed.items():
        if not of_table:
            continue
        departing = [departure for departure in leaving if departure.window in of_table]
        lateral = _aggregates(customer_id, table, of_table, departing)
        joins.append(lateral)
        values |= {window: lateral.c[f"value_{number}"] for number, window in enumerate(of_table)}
        days |= {departure: lateral.c[f"leaves_{number}"] for number, departure in enumerate(departing)}
    return WindowSources(tuple(joins), values, days)


def window_of(condition: ActivityCondition) -> Window:
    """Return the window of a condition."""
    return Window(condition.metric, condition.within_days, condition.product_line)


def _table(window: Window) -> Table:
    by_line = window.product_line is not None or window.metric is Metric.PRODUCT_LINES
    return activity_line_day if by_line else activity_day


def _total(metric: Metric) -> ColumnElement[Any]:
    columns = activity_total.c
    if metric is Metric.NET_AMOUNT:
        return func.coalesce(columns.purchase_amount - columns.returned_amount, 0)
    return func.coalesce(columns[_column(metric)], 0)


def _aggregates(
    customer_id: ColumnElement[Any], table: Table, windows: list[Window], departures: list[Departure]
) -> FromClause:
    """Return one row per customer: each window's value, and the day of each departure."""
    longest = max(window.days or 0 for window in windows)
    relevant = {window: _relevant_inside(table, window) for window in windows}
    values = [
        func.coalesce(_aggregate(table, window.metric).filter(relevant[window]), 0).label(f"value_{number}")
        for number, window in enumerate(windows)
    ]
    leaves = [
        _departure(table, departure, relevant[departure.window]).label(f"leaves_{number}")
        for number, departure in enumerate(departures)
    ]
    # Read by the primary key: as many rows as the longest window has days, however long the history is.
    rows = select(*values, *leaves).where(table.c.customer_id == customer_id, table.c.day > TODAY - literal(longest))
    return rows.lateral(f"windows_of_{table.name}")


def _relevant_inside(table: Table, window: Window) -> ColumnElement[bool]:
    inside = table.c.day > TODAY - literal(window.days)
    if window.product_line is not None:
        inside = and_(inside, table.c.product_line == window.product_line)
    return and_(inside, _relevant(table, window.metric))


def _departure(table: Table, departure: Departure, relevant: ColumnElement[bool]) -> ColumnElement[Any]:
    day, length = table.c.day, literal(departure.window.days)
    if departure.reaching is not None:
        largest = table.c.largest_purchase
        enough = largest > departure.reaching if departure.above else largest >= departure.reaching
        return func.max(day).filter(and_(relevant, enough)) + length
    if departure.nth_newest == 1:
        return func.max(day).filter(relevant) + length
    oldest = func.min(day).filter(relevant)
    if departure.nth_newest is None:
        return oldest + length
    days = func.array_agg(aggregate_order_by(day, day.desc()), type_=ARRAY(Date)).filter(relevant)
    # The window holds fewer days than that where one of them counts several.
    return func.coalesce(days[literal(departure.nth_newest)], oldest) + length


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
