"""Random rules, and random histories that come near their thresholds."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from pydantic import TypeAdapter

from lealtad.events.catalog.complaints import CaseStatus
from lealtad.events.catalog.customer_profile import ContractChanged, CustomerStatus
from lealtad.events.envelope import Event
from lealtad.ids import new_id
from segmentation.domain.boundaries import Boundaries, Tier
from segmentation.domain.rules import BoundedRule, Rule
from segmentation.domain.vocabulary import (
    ATTRIBUTES,
    BY_PRODUCT_LINE,
    METRICS,
    OPERATORS,
    ORDER,
    WINDOW_ONLY,
    Attribute,
    Metric,
    Moment,
    Operator,
    Scale,
    ValueType,
)

from . import builders
from .builders import NOW

RULE: TypeAdapter[Rule] = TypeAdapter(BoundedRule)
LINES = ["mugs", "toys"]
TEXTS = {
    Attribute.COUNTRY: ["GB", "FR"],
    Attribute.REGION: ["north", "south"],
    Attribute.LANGUAGE: ["en", "es"],
    Attribute.CHURN_BAND: ["low", "high"],
    Attribute.TIER: ["gold", "bronze"],
}
NUMBERS = {
    Attribute.AGE: (30, 33),
    Attribute.OPEN_CASES: (0, 2),
    Attribute.STRATUM: (1, 3),
    Attribute.CHURN_PROBABILITY: (0, 1),
}
WINDOWS = [1, 2, 7, 30, 40]
"""Few lengths, and histories that touch their edges, where windows go wrong."""
EDGES = sorted({-1, 0} | {days + step for days in WINDOWS for step in (-1, 0, 1)})


@st.composite
def attribute_conditions(draw: st.DrawFn) -> dict[str, Any]:
    attribute = draw(st.sampled_from(Attribute))
    scale = ATTRIBUTES[attribute]
    operator = draw(st.sampled_from(sorted(OPERATORS[scale.type])))
    one = _values(attribute, scale)
    many = st.lists(one, min_size=1, max_size=2)
    value = draw(many if operator in {Operator.IN, Operator.NOT_IN} else one)
    return {"kind": "attribute", "attribute": attribute, "operator": operator, "value": value}


def _values(attribute: Attribute, scale: Scale) -> st.SearchStrategy[Any]:
    if scale.type is ValueType.BOOLEAN:
        return st.booleans()
    if scale.type is ValueType.TEXT:
        return st.sampled_from(TEXTS[attribute])
    if scale.type is ValueType.DECIMAL:
        return st.sampled_from(["0.25", "0.5", "0.75"])
    return st.integers(*NUMBERS.get(attribute, (1, 5)))


@st.composite
def activity_conditions(draw: st.DrawFn) -> dict[str, Any]:
    metric = draw(st.sampled_from(Metric))
    window = st.sampled_from(WINDOWS)
    days = draw(window if metric in WINDOW_ONLY else st.none() | window)
    by_line = metric in BY_PRODUCT_LINE and days is not None
    scale = METRICS[metric]
    values = st.integers(0, 3) if scale.type is ValueType.INTEGER else st.sampled_from([-10, 0, 5, 10, 15, 20, 30])
    return {
        "kind": "activity",
        "metric": metric,
        "within_days": days,
        "product_line": draw(st.none() | st.sampled_from(LINES)) if by_line else None,
        "operator": draw(st.sampled_from(sorted(OPERATORS[scale.type] - {Operator.IN, Operator.NOT_IN}))),
        "value": draw(values),
    }


since_conditions = st.fixed_dictionaries(
    {
        "kind": st.just("since"),
        "moment": st.sampled_from(Moment),
        "operator": st.sampled_from(sorted(ORDER)),
        "days": st.sampled_from([0, *WINDOWS]),
    }
)


def _branches(rules: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.fixed_dictionaries(
        {"kind": st.sampled_from(["and", "or"]), "rules": st.lists(rules, min_size=1, max_size=3)}
    )
    return several | st.fixed_dictionaries({"kind": st.just("not"), "rule": rules})


leaves = attribute_conditions() | activity_conditions() | since_conditions
rules = st.recursive(leaves, _branches, max_leaves=4).map(RULE.validate_python)


@st.composite
def boundaries(draw: st.DrawFn) -> Boundaries:
    def steps(low: int, high: int) -> tuple[int, ...]:
        return tuple(sorted(draw(st.lists(st.integers(low, high), min_size=4, max_size=4))))

    return Boundaries(
        version=1,
        computed_at=NOW,
        window_days=draw(st.sampled_from([30, 40])),
        buyers=20,
        recency_days=steps(0, 30),
        frequency=steps(1, 4),
        monetary=tuple(map(Decimal, steps(-5, 60))),
        tiers=(Tier("gold", "premium", Decimal(draw(st.integers(1, 50)))), Tier("bronze", "standard", None)),
        percentiles=tuple(map(Decimal, range(99))),
    )


moments = st.builds(
    lambda days, hours: NOW - timedelta(days=days, hours=hours), st.sampled_from(EDGES), st.sampled_from([0, 8, 9, 10])
)
amounts = st.dictionaries(st.sampled_from(LINES), st.sampled_from([5, 10, 20]), min_size=1)


VERSIONS = st.integers(0, 3)
"""Of contracts; 0 for events from before versions."""
CONTRACT_LENGTHS = st.none() | st.integers(-3, 20)
"""In days; a contract that ends no later than it starts never ran."""


def _contract(  # noqa: PLR0917 - what a strategy draws
    customer: UUID, number: int, start: datetime, length: int | None, at: datetime, version: int
) -> Event[Any]:
    ends_at = None if length is None else start + timedelta(days=length)
    contract_id = UUID(int=customer.int ^ number)
    return builders.contract(customer, contract_id, start, ends_at, at=at, event=ContractChanged, version=version)


def histories(customer: UUID) -> st.SearchStrategy[list[Event[Any]]]:
    """Return random events of one customer, as they may arrive in any order."""
    someone = st.just(customer)
    facts = st.one_of(
        st.builds(lambda at, sold: builders.purchase(customer, at, **sold), moments, amounts),
        st.builds(lambda at, sold: builders.returned(customer, at, **sold), moments, amounts),
        st.builds(builders.payment, someone, moments, st.integers(1, 30)),
        st.builds(builders.failed_payment, someone, moments),
        st.builds(builders.touchpoint, someone, moments, bad=st.booleans()),
        st.builds(builders.response, someone, moments, accepted=st.booleans()),
        st.builds(_contract, someone, st.integers(1, 2), moments, CONTRACT_LENGTHS, moments, VERSIONS),
    )
    cases = st.builds(
        lambda version, status, at, mutes: builders.case(
            customer, UUID(int=customer.int ^ version // 3), version=version, status=status, at=at, mutes=mutes
        ),
        st.integers(1, 6),
        st.sampled_from([CaseStatus.ACKNOWLEDGED, CaseStatus.RESOLVED]),
        moments,
        st.booleans(),
    )
    scores = st.builds(
        builders.score,
        someone,
        st.sampled_from([None, "0.2", "0.5", "0.9"]),
        st.sampled_from([None, "low", "high"]),
        sequence=st.integers(1, 9),
    )
    states = st.builds(
        builders.registered,
        someone,
        sequence=st.integers(1, 9),
        status=st.sampled_from([CustomerStatus.ACTIVE] * 5 + [CustomerStatus.ERASED]),
        profiling_allowed=st.sampled_from([True, True, False]),
        country=st.sampled_from([None, "GB", "FR"]),
        region=st.sampled_from([None, "north", "south"]),
        language=st.sampled_from([None, "en", "es"]),
        stratum=st.none() | st.integers(1, 3),
        birth_year=st.none() | st.integers(1978, 1981),
        registered_at=moments,
    )
    return st.builds(
        lambda *groups: [event for group in groups for event in group],
        st.lists(facts, max_size=8),
        st.lists(cases, max_size=3, unique_by=lambda event: event.data.version),
        st.lists(scores, max_size=2, unique_by=lambda event: event.sequence),
        st.lists(states, max_size=2, unique_by=lambda event: event.sequence),
    )


@st.composite
def bases(draw: st.DrawFn) -> dict[UUID, list[Event[Any]]]:
    """Return the histories of a few new customers."""
    customers = [new_id() for _ in range(draw(st.integers(1, 3)))]
    return {customer: draw(histories(customer)) for customer in customers}
