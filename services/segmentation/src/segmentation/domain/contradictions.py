"""Conditions that no customer can ever meet: a range without a value, or two conditions that exclude each other.

The check is cheap and not complete. It compares the conditions that one `and` joins, also through nested `and`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from lealtad.mismatches import Mismatch
from segmentation.domain.rules import (
    ActivityCondition,
    AllOf,
    AnyOf,
    AttributeCondition,
    Condition,
    NotAny,
    Rule,
    SinceCondition,
    located_branches,
)
from segmentation.domain.values import Value
from segmentation.domain.vocabulary import AMOUNT, ATTRIBUTES, COUNT, METRICS, Operator, Scale, ValueType

OPEN_ENDED = (COUNT, AMOUNT)

Subject = tuple[str, ...]
"""The compared thing: an attribute, a metric with its window and product line, or a moment."""


@dataclass(frozen=True, slots=True)
class Possible:
    """The values of a subject that meet some conditions: a range, and the allowed and excluded ones in it."""

    low: Decimal | None = None
    low_open: bool = False
    high: Decimal | None = None
    high_open: bool = False
    whole: bool = False
    """Only whole numbers occur."""
    allowed: frozenset[Value] | None = None
    """None: all in the range."""
    excluded: frozenset[Value] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Return whether no value is possible."""
        if self.allowed is not None:
            return not any(self._is_in_range(value) for value in self.allowed - self.excluded)
        if self.low is None or self.high is None:
            return False
        low, high = self.low, self.high
        if self.whole:
            # With whole numbers an open end is the same as the next closed one.
            return high - self.high_open < low + self.low_open
        return low > high or (low == high and (self.low_open or self.high_open))

    def narrowed(self, operator: Operator, value: Value | list[Value]) -> "Possible":
        """Return the values that also meet a condition with this operator and value."""
        values = frozenset(value) if isinstance(value, list) else frozenset({value})
        match operator:
            case Operator.EQUAL | Operator.IN:
                return replace(self, allowed=values if self.allowed is None else self.allowed & values)
            case Operator.NOT_EQUAL | Operator.NOT_IN:
                return replace(self, excluded=self.excluded | values)
        (limit,) = values
        number, is_open = Decimal(limit), operator in {Operator.LESS, Operator.MORE}
        if operator in {Operator.LESS, Operator.AT_MOST}:
            if self.high is None or (number, not is_open) < (self.high, not self.high_open):
                return replace(self, high=number, high_open=is_open)
        elif self.low is None or (number, is_open) > (self.low, self.low_open):
            return replace(self, low=number, low_open=is_open)
        return self

    def _is_in_range(self, value: Value) -> bool:
        if isinstance(value, str):
            return True
        number = Decimal(value)
        below = self.low is not None and (number < self.low or (self.low_open and number == self.low))
        above = self.high is not None and (number > self.high or (self.high_open and number == self.high))
        return not (below or above)


def find_contradictions(rule: Rule, pointer: str) -> Iterator[Mismatch]:
    """Yield the conditions of the rule at `pointer` that can never hold, alone or beside those before them."""
    match rule:
        case AllOf():
            yield from _find_in_conjunction(rule, pointer)
        case AnyOf() | NotAny():
            for place, branch in located_branches(rule, pointer):
                yield from find_contradictions(branch, place)
        case _:
            if _possible(rule).is_empty:
                yield Mismatch(pointer, "no customer can ever meet this condition")


def _find_in_conjunction(rule: AllOf, pointer: str) -> Iterator[Mismatch]:
    possible: dict[Subject, Possible] = {}
    met: list[Rule] = []
    negated: list[Rule] = []
    for place, branch in _conjuncts(rule, pointer):
        opposite = branch.rule in met if isinstance(branch, NotAny) else branch in negated
        if opposite:
            yield Mismatch(place, "contradicts another condition of the same 'and': no customer can ever meet both")
        if isinstance(branch, NotAny):
            negated.append(branch.rule)
        else:
            met.append(branch)
        if isinstance(branch, AnyOf | NotAny):
            yield from find_contradictions(branch, place)
        elif isinstance(branch, AttributeCondition | ActivityCondition | SinceCondition):
            yield from _narrow(possible, branch, place)


def _narrow(possible: dict[Subject, Possible], condition: Condition, pointer: str) -> Iterator[Mismatch]:
    alone, subject = _possible(condition), _subject(condition)
    if alone.is_empty:
        yield Mismatch(pointer, "no customer can ever meet this condition")
        return
    together = _narrowed(possible.get(subject, _unlimited(condition)), condition)
    if together.is_empty:
        yield Mismatch(pointer, "contradicts another condition of the same 'and': no customer can ever meet both")
    else:
        possible[subject] = together


def _conjuncts(rule: AllOf, pointer: str) -> Iterator[tuple[str, Rule]]:
    for place, branch in located_branches(rule, pointer):
        if isinstance(branch, AllOf):
            yield from _conjuncts(branch, place)
        else:
            yield place, branch


def _subject(condition: Condition) -> Subject:
    match condition:
        case AttributeCondition():
            return ("attribute", condition.attribute)
        case SinceCondition():
            return ("since", condition.moment)
        case ActivityCondition():
            return ("activity", condition.metric, str(condition.within_days), condition.product_line or "")


def _scale(condition: Condition) -> Scale:
    match condition:
        case AttributeCondition():
            return ATTRIBUTES[condition.attribute]
        case SinceCondition():
            return Scale(ValueType.INTEGER, Decimal(0))
        case ActivityCondition():
            return METRICS[condition.metric]


def _unlimited(condition: Condition) -> Possible:
    scale = _scale(condition)
    if scale.type is ValueType.BOOLEAN:
        return Possible(allowed=frozenset({False, True}))
    if scale in OPEN_ENDED:
        # The upper bound of such a scale is one of requests: counts and amounts may be larger.
        return Possible(low=Decimal(0) if scale == COUNT else None, whole=scale == COUNT)
    if scale.type is ValueType.INTEGER and scale.low is not None and scale.high is not None:
        return Possible(allowed=frozenset(range(int(scale.low), int(scale.high) + 1)))
    return Possible(low=scale.low, high=scale.high, whole=scale.type is ValueType.INTEGER)


def _narrowed(possible: Possible, condition: Condition) -> Possible:
    if isinstance(condition, SinceCondition):
        return possible.narrowed(condition.operator, condition.days)
    return possible.narrowed(condition.operator, condition.value)


def _possible(condition: Condition) -> Possible:
    return _narrowed(_unlimited(condition), condition)
