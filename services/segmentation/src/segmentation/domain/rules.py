"""Rules as a tree of conditions, validated when they are parsed.

Time is counted in whole days of UTC: the last N days are today and the N - 1 days before. A condition about an unknown
value (no birth year, no score, no purchase) is not met, whatever its operator; `not` around the condition is met.
Only the year of birth is known: a rule on age is met where it is met for every birth date of that year.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from lealtad.scalars import WholeNumber
from segmentation.domain.values import MAX_VALUES, Value, checked_value, rule_error
from segmentation.domain.vocabulary import (
    ATTRIBUTES,
    BEHAVIOUR_ATTRIBUTES,
    BY_PRODUCT_LINE,
    METRICS,
    NO_BEHAVIOUR_MOMENTS,
    ORDER,
    WINDOW_ONLY,
    Attribute,
    Metric,
    Moment,
    Operator,
)

MAX_DEPTH = 6
MAX_CONDITIONS = 50
MAX_BRANCHES = 20
MAX_DAYS = 730
"""Technical limits that keep the evaluation of one customer short."""


class Node(BaseModel):
    """A node of a rule: frozen, without unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AttributeCondition(Node):
    """Condition on an attribute of the customer now."""

    kind: Literal["attribute"]
    attribute: Attribute
    operator: Operator
    value: Value | Annotated[list[Value], Field(json_schema_extra={"maxItems": MAX_VALUES})]

    @model_validator(mode="after")
    def _value_fits(self) -> Self:
        scale = ATTRIBUTES[self.attribute]
        object.__setattr__(self, "value", checked_value(scale, self.operator, self.value, self.attribute))
        return self


class ActivityCondition(Node):
    """Condition on a count or sum over the last days, or over the whole life."""

    kind: Literal["activity"]
    metric: Metric
    within_days: WholeNumber | None = Field(
        default=None, ge=1, le=MAX_DAYS, description="The last days, today included; absent: ever"
    )
    product_line: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    operator: Operator
    value: Value

    @model_validator(mode="after")
    def _value_and_window_fit(self) -> Self:
        object.__setattr__(self, "value", checked_value(METRICS[self.metric], self.operator, self.value, self.metric))
        if self.within_days is None and (self.metric in WINDOW_ONLY or self.product_line):
            raise rule_error(f"'{self.metric}'{' by product line' if self.product_line else ''} needs 'within_days'")
        if self.product_line and self.metric not in BY_PRODUCT_LINE:
            allowed = ", ".join(sorted(BY_PRODUCT_LINE))
            raise rule_error(f"'{self.metric}' is not kept by product line; use one of {allowed}")
        return self


class SinceCondition(Node):
    """Condition on the number of days since a moment; not met where the moment never came."""

    kind: Literal["since"]
    moment: Moment
    operator: Operator
    days: WholeNumber = Field(ge=0, le=MAX_DAYS)

    @model_validator(mode="after")
    def _operator_orders(self) -> Self:
        if self.operator not in ORDER:
            raise rule_error(f"operator '{self.operator}' cannot compare days; use one of <, <=, >, >=")
        return self

    @property
    def changes_after(self) -> int:
        """Return the number of days after the moment at which the answer changes."""
        return self.days + (self.operator in {Operator.MORE, Operator.AT_MOST})


class AllOf(Node):
    """Conjunction: met when all branches are met."""

    kind: Literal["and"]
    rules: list["Rule"] = Field(min_length=1, max_length=MAX_BRANCHES)


class AnyOf(Node):
    """Disjunction: met when at least one branch is met."""

    kind: Literal["or"]
    rules: list["Rule"] = Field(min_length=1, max_length=MAX_BRANCHES)


class NotAny(Node):
    """Negation: met when the branch is not met."""

    kind: Literal["not"]
    rule: "Rule"


Condition = AttributeCondition | ActivityCondition | SinceCondition
Rule = Annotated[
    AttributeCondition | ActivityCondition | SinceCondition | AllOf | AnyOf | NotAny,
    Field(discriminator="kind"),
]
AllOf.model_rebuild()
AnyOf.model_rebuild()
NotAny.model_rebuild()


def conditions(rule: Rule) -> Iterator[Condition]:
    """Yield the leaves of a rule, left to right."""
    for _, condition in located_conditions(rule, ""):
        yield condition


def located_conditions(rule: Rule, pointer: str) -> Iterator[tuple[str, Condition]]:
    """Yield the leaves of the rule at the JSON Pointer `pointer`, left to right, each with its own pointer."""
    match rule:
        case AllOf() | AnyOf() | NotAny():
            for place, branch in located_branches(rule, pointer):
                yield from located_conditions(branch, place)
        case _:
            yield pointer, rule


def located_branches(rule: AllOf | AnyOf | NotAny, pointer: str) -> Iterator[tuple[str, Rule]]:
    """Yield the branches of the rule at `pointer`, each with its own pointer."""
    if isinstance(rule, NotAny):
        yield f"{pointer}/rule", rule.rule
        return
    for index, branch in enumerate(rule.rules):
        yield f"{pointer}/rules/{index}", branch


def is_behavioural(rule: Rule) -> bool:
    """Return whether any condition of a rule is behavioural; only profiled customers meet such a rule."""
    return any(map(_is_behavioural, conditions(rule)))


def _is_behavioural(condition: Condition) -> bool:
    match condition:
        case AttributeCondition():
            return condition.attribute in BEHAVIOUR_ATTRIBUTES
        case SinceCondition():
            return condition.moment not in NO_BEHAVIOUR_MOMENTS
        case ActivityCondition():
            return True


def _check_bounds(raw: Any) -> Any:
    """Check the depth and size of a tree before any recursive function reads it."""
    if isinstance(raw, BaseModel):
        return raw
    leaves, level, depth = 0, [raw], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise rule_error(f"a rule nests at most {MAX_DEPTH} levels; flatten it or split the segment")
        below: list[Any] = []
        for node in level:
            if not isinstance(node, dict):
                continue
            branches = node.get("rules")
            children = branches if isinstance(branches, list) else []
            children = [*children, node["rule"]] if "rule" in node else children
            leaves += not children
            below += children
        if leaves > MAX_CONDITIONS:
            raise rule_error(f"a rule has at most {MAX_CONDITIONS} conditions; split the segment")
        level = below
    return raw


BoundedRule = Annotated[Rule, BeforeValidator(_check_bounds)]
"""A rule whose depth and number of conditions are checked first."""
