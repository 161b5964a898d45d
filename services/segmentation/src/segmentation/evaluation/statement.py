"""The evaluation as one statement: which rules a customer meets, what value, and when time alone may change that."""

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

from segmentation.domain.rulebook import Definition, Rulebook
from segmentation.domain.rules import Rule, is_behavioural
from segmentation.domain.vocabulary import Moment
from segmentation.evaluation.compiler import met, windows_of
from segmentation.evaluation.departures import NEVER, departures_of
from segmentation.evaluation.next_change import Day, Turns, due_at
from segmentation.evaluation.sources import Sources, sources
from segmentation.evaluation.value_scores import (
    frequency_window,
    monetary_window,
    value_columns,
    value_windows,
)
from segmentation.evaluation.windows import Departure
from segmentation.memberships.models import membership, standing

ANNOUNCED = ("told_segments", "told_tier", "told_service_tier")
"""What was announced about a customer last."""


def listed_customers() -> FromClause:
    """Return the customers in the bound array `ids`, each with the columns `ANNOUNCED`."""
    ids = bindparam("ids", type_=ARRAY(UUID))
    listed = select(func.unnest(ids).label("customer_id")).subquery("listed")
    members = select(membership.c.segment_id).where(membership.c.customer_id == listed.c.customer_id)
    told = (
        func.array(members.scalar_subquery(), type_=ARRAY(UUID)).label("told_segments"),
        standing.c.tier.label("told_tier"),
        standing.c.service_tier.label("told_service_tier"),
    )
    rows = listed.outerjoin(standing, standing.c.customer_id == listed.c.customer_id)
    return select(listed.c.customer_id, *told).select_from(rows).subquery("evaluated")


def evaluation(customers: FromClause, rulebook: Rulebook) -> Select[Any]:
    """Return the statement that evaluates `rulebook` (binds: `today`, `now`, `new_year` and those of `customers`).

    `met_rules` holds positions in `rulebook.active + rulebook.preparing`.
    """
    definitions = (*rulebook.active, *rulebook.preparing)
    rules = [definition.rule for definition in definitions]
    ranking = {Departure(window) for window in value_windows(rulebook)}
    windows = windows_of(rules) | value_windows(rulebook)
    facts = sources(customers, windows, departures_of(rules) | ranking)
    value = value_columns(facts, rulebook.boundaries)
    attributes = facts.attributes | value.attributes
    purchases = facts.windows.values[frequency_window(rulebook.policy.window_days)]
    amount = facts.windows.values[monetary_window(rulebook.policy.window_days)]
    leaving = [facts.windows.departures[departure] for departure in sorted(ranking, key=repr)]
    value_changes = func.coalesce(func.least(*leaving), NEVER)
    turns = Turns(facts, attributes, rulebook.boundaries, value_changes)
    next_day = func.least(_of_profiled(facts, value_changes), *(_turn(facts, rule, turns.of(rule)) for rule in rules))
    return (
        select(
            facts.customer_id.label("customer_id"),
            facts.profiled.label("profiled"),
            _met_rules(definitions, [and_(_concerned(facts, rule), met(rule, facts, attributes)) for rule in rules]),
            value.tier.label("tier"),
            value.service_tier.label("service_tier"),
            value.recency.label("rfm_recency"),
            value.frequency.label("rfm_frequency"),
            value.monetary.label("rfm_monetary"),
            case((facts.profiled, facts.moments[Moment.LAST_PURCHASE])).label("last_purchase"),
            case((facts.profiled, cast(purchases, Integer)), else_=0).label("frequency"),
            case((facts.profiled, amount), else_=0).label("monetary"),
            case((facts.known, due_at(next_day, facts.contract_change_at))).label("next_due_at"),
        )
        .select_from(facts.rows)
        .order_by(facts.customer_id)
    )


def _concerned(facts: Sources, rule: Rule) -> ColumnElement[bool]:
    """Return whom a rule may select: one that looks at behaviour only those who may be profiled."""
    return facts.profiled if is_behavioural(rule) else facts.known


def _turn(facts: Sources, rule: Rule, turn: Day) -> Day:
    return _of_profiled(facts, turn) if is_behavioural(rule) else turn


def _of_profiled(facts: Sources, day: Day) -> Day:
    return case((facts.profiled, day), else_=NEVER)


def _met_rules(definitions: tuple[Definition, ...], met_by: list[ColumnElement[bool]]) -> ColumnElement[Any]:
    if not definitions:
        return cast(array([], type_=Integer), ARRAY(Integer)).label("met_rules")
    positions = [case((is_met, literal(number, Integer))) for number, is_met in enumerate(met_by)]
    return func.array_remove(array(positions), None, type_=ARRAY(Integer)).label("met_rules")
