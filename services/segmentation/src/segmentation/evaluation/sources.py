"""Sources of the values that rules compare: the folded facts of each customer, joined."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    FromClause,
    Integer,
    and_,
    bindparam,
    cast,
    extract,
    func,
    or_,
    select,
    true,
)

from segmentation.customers.models import CUSTOMERS
from segmentation.domain.vocabulary import Attribute, Moment
from segmentation.evaluation.windows import TODAY, Departure, Window, WindowSources, joined, window_sources
from segmentation.facts.models import CASES, CONTRACT_STATES, SCORES, activity_total

customer, contract, churn_score = CUSTOMERS.customer, CONTRACT_STATES.table, SCORES.table

NOW: ColumnElement[datetime] = bindparam("now", type_=DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Sources:
    """The joined facts of customers."""

    rows: FromClause
    customer_id: ColumnElement[Any]
    active: ColumnElement[bool]
    """The record is neither merged nor erased; true while its state has not arrived yet."""
    profiled: ColumnElement[bool]
    """The customer is active and may be profiled."""
    windows: WindowSources
    attributes: dict[Attribute, ColumnElement[Any]]
    moments: dict[Moment, ColumnElement[date]]
    contract_change_at: ColumnElement[datetime]


def sources(customers: FromClause, windows: Iterable[Window], departures: Iterable[Departure]) -> Sources:
    """Return the joined facts of `customers` (a source with the column `customer_id`)."""
    customer_id = customers.c.customer_id
    activity = window_sources(customer_id, windows, departures)
    contracts, cases = _contracts(customer_id), _cases(customer_id)
    rows = customers
    for table in (customer, activity_total, churn_score):
        rows = rows.outerjoin(table, table.c.customer_id == customer_id)
    active = func.coalesce(customer.c.status, "active") == "active"
    return Sources(
        rows=joined(rows, contracts, cases, *activity.joins),
        customer_id=customer_id,
        active=active,
        profiled=and_(active, func.coalesce(customer.c.profiling_allowed, true())),
        windows=activity,
        attributes={
            Attribute.COUNTRY: customer.c.country,
            Attribute.REGION: customer.c.region,
            Attribute.LANGUAGE: customer.c.language,
            Attribute.STRATUM: customer.c.stratum,
            Attribute.AGE: cast(extract("year", TODAY), Integer) - customer.c.birth_year,
            Attribute.ACTIVE_CONTRACT: contracts.c.active,
            Attribute.OPEN_COMPLAINT: cases.c.open_complaint,
            Attribute.OPEN_CASES: cases.c.open_cases,
            Attribute.CHURN_BAND: churn_score.c.band,
            Attribute.CHURN_PROBABILITY: churn_score.c.probability,
        },
        moments={
            Moment.FIRST_PURCHASE: activity_total.c.first_purchase,
            Moment.LAST_PURCHASE: activity_total.c.last_purchase,
            Moment.LAST_RETURN: activity_total.c.last_return,
            Moment.LAST_PAYMENT: activity_total.c.last_payment,
            Moment.LAST_FAILED_PAYMENT: activity_total.c.last_failed_payment,
            Moment.LAST_TOUCHPOINT: activity_total.c.last_touchpoint,
            Moment.LAST_CASE: cases.c.last_opened_on,
            Moment.REGISTRATION: customer.c.registered_on,
        },
        contract_change_at=contracts.c.change_at,
    )


def _contracts(customer_id: ColumnElement[Any]) -> FromClause:
    """Return one row per customer: whether a contract is running, and when that may change next."""
    begins, ends = contract.c.starts_at, contract.c.ends_at
    running = and_(begins <= NOW, or_(ends.is_(None), ends > NOW))
    change_at = func.least(func.min(begins).filter(begins > NOW), func.min(ends).filter(ends > NOW))
    active = func.coalesce(func.bool_or(running), False)
    rows = select(active.label("active"), change_at.label("change_at"))
    # A contract that ends no later than it starts never ran: no moment changes that.
    ran = or_(ends.is_(None), ends > begins)
    return rows.where(contract.c.customer_id == customer_id, ran).lateral("contracts")


def _cases(customer_id: ColumnElement[Any]) -> FromClause:
    """Return one row per customer: the number of open cases, an open complaint, and the day of the newest case."""
    columns = CASES.table.c
    rows = select(
        func.count().filter(columns.is_open).label("open_cases"),
        func.coalesce(func.bool_or(and_(columns.is_open, columns.mutes)), False).label("open_complaint"),
        func.max(columns.opened_on).label("last_opened_on"),
    )
    return rows.where(columns.customer_id == customer_id).lateral("cases")
