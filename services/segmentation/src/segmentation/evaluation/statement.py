"""The evaluation as one statement: the rules met, the value, and the time at which time alone may change them."""

from typing import Any

from sqlalchemy import (
    UUID,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, array

from segmentation.customer_base.models import evaluated_customer, membership
from segmentation.domain.rulebook import Definition, Rulebook
from segmentation.domain.rules import Rule, is_behavioural
from segmentation.domain.vocabulary import Moment
from segmentation.evaluation.compiler import met, readings, windows_of
from segmentation.evaluation.departures import NEVER, departures_of
from segmentation.evaluation.next_change import Day, NextChange, due_at
from segmentation.evaluation.sources import Sources, sources
from segmentation.evaluation.value_scores import (
    frequency_window,
    monetary_window,
    value_columns,
    value_windows,
)
from segmentation.evaluation.windows import Departure

ANNOUNCED = ("announced_segments", "announced_tier", "announced_service_tier")
"""Columns of the state that was announced about a customer last."""


def listed_customers() -> FromClause:
    """Return the customers in the bound array `ids`, each with the columns `ANNOUNCED`."""
    ids = bindparam("ids", type_=ARRAY(UUID))
    listed = select(func.unnest(ids).label("customer_id")).subquery("listed")
    members = select(membership.c.segment_id).where(membership.c.customer_id == listed.c.customer_id)
    announced = (
        func.array(members.scalar_subquery(), type_=ARRAY(UUID)).label("announced_segments"),
        evaluated_customer.c.tier.label("announced_tier"),
        evaluated_customer.c.service_tier.label("announced_service_tier"),
    )
    rows = listed.outerjoin(evaluated_customer, evaluated_customer.c.customer_id == listed.c.customer_id)
    return select(listed.c.customer_id, *announced).select_from(rows).subquery("evaluated")


def evaluation(customers: FromClause, rulebook: Rulebook) -> Select[Any]:
    """Return the statement that evaluates `rulebook` (binds: `today`, `now`, `new_year` and those of `customers`).

    `met_rules` holds positions in `rulebook.active + rulebook.preparing`.
    """
    definitions = (*rulebook.active, *rulebook.preparing)
    rules = rulebook.rules
    ranking = {Departure(window) for window in value_windows(rulebook)}
    windows = windows_of(rules) | value_windows(rulebook)
    facts = sources(customers, windows, departures_of(rules) | ranking)
    value = value_columns(facts, rulebook.boundaries)
    attributes = facts.attributes | value.attributes
    purchases = facts.windows.values[frequency_window(rulebook.policy.window_days)]
    amount = facts.windows.values[monetary_window(rulebook.policy.window_days)]
    leaving = [facts.windows.departures[departure] for departure in sorted(ranking, key=repr)]
    value_changes = func.coalesce(func.least(*leaving), NEVER)
    read = [readings(rule, attributes) for rule in rules]
    changes = [
        _change_day(facts, rule, NextChange(facts, reading, rulebook.boundaries, value_changes).day_of(rule))
        for rule, its_readings in zip(rules, read, strict=True)
        for reading in its_readings
    ]
    met_by = [
        and_(_eligible(facts, rule), *(met(rule, facts, reading) for reading in its_readings))
        for rule, its_readings in zip(rules, read, strict=True)
    ]
    next_day = func.least(_if_profiled(facts, value_changes), *changes)
    return (
        select(
            facts.customer_id.label("customer_id"),
            facts.profiled.label("profiled"),
            _met_rules(definitions, met_by),
            value.tier.label("tier"),
            value.service_tier.label("service_tier"),
            value.recency.label("rfm_recency"),
            value.frequency.label("rfm_frequency"),
            value.monetary.label("rfm_monetary"),
            case((facts.profiled, facts.moments[Moment.LAST_PURCHASE])).label("last_purchase"),
            case((facts.profiled, cast(purchases, Integer)), else_=0).label("frequency"),
            case((facts.profiled, amount), else_=0).label("monetary"),
            case((facts.active, due_at(next_day, facts.contract_change_at))).label("next_due_at"),
        )
        .select_from(facts.rows)
        .order_by(facts.customer_id)
    )


def _eligible(facts: Sources, rule: Rule) -> ColumnElement[bool]:
    """Return the condition that a rule may select a customer; a behavioural rule selects profiled customers only."""
    return facts.profiled if is_behavioural(rule) else facts.active


def _change_day(facts: Sources, rule: Rule, day: Day) -> Day:
    return _if_profiled(facts, day) if is_behavioural(rule) else day


def _if_profiled(facts: Sources, day: Day) -> Day:
    return case((facts.profiled, day), else_=NEVER)


def _met_rules(definitions: tuple[Definition, ...], met_by: list[ColumnElement[bool]]) -> ColumnElement[Any]:
    if not definitions:
        return cast(array([], type_=Integer), ARRAY(Integer)).label("met_rules")
    positions = [case((is_met, literal(number, Integer))) for number, is_met in enumerate(met_by)]
    return func.array_remove(array(positions), None, type_=ARRAY(Integer)).label("met_rules")
