"""The part of PromQL that the alert rules use, computed over samples in memory. Every other expression is refused."""

import math
import operator
import re
from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

from .samples import AGGREGATIONS, MATCHERS, RANGES, History, Labels, Samples, Selector, Vector, quantile, reduced

T = TypeVar("T")
Value = float | Vector
Node = Callable[[History], Value]


def _divided(left: float, right: float) -> float:
    return left / right if right else math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left)


SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
TOKEN = re.compile(
    r'\s*(?:(?P<range>\[\d+[smhd]\])|(?P<number>\d+(?:\.\d+)?\b)|(?P<word>[a-zA-Z_:][\w:]*)|"(?P<text>[^"\\]*)"'
    r"|(?P<sign>==|!=|>=|<=|=~|!~|[-+*/(){},=<>]))\s*"
)
ARITHMETIC = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": _divided}
COMPARISONS = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
SETS = {"and", "or", "unless"}
LEVELS: list[set[str]] = [{"or"}, {"and", "unless"}, set(COMPARISONS), {"+", "-"}, {"*", "/"}]
"""Operators from the loosest to the closest."""


class UnknownExpressionError(Exception):
    """The evaluator does not know a part of an expression."""


def parse(text: str) -> Node:
    """Return the function that computes `text`; raise `UnknownExpressionError`, rather than guess."""
    return Parser(text).parse()


class Parser:
    """A parser by descent; each method returns a function that computes the value of what it has read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, str]] = []
        place = 0
        while place < len(text):
            match = TOKEN.match(text, place)
            if not match or match.lastgroup is None:
                raise UnknownExpressionError(f"{text[place:]!r} of {text!r}")
            self._tokens.append((match.lastgroup, match[match.lastgroup]))
            place = match.end()

    def parse(self) -> Node:
        """Return the function of the whole text."""
        node = self._operation(0)
        if self._tokens:
            raise self._unknown()
        return node

    def _operation(self, level: int) -> Node:
        if level == len(LEVELS):
            return self._atom()
        left = self._operation(level + 1)
        while self._peek() in LEVELS[level]:
            sign = self._take()
            left = _joined(sign, left, self._operation(level + 1))
        return left

    def _atom(self) -> Node:
        kind, token = self._tokens.pop(0) if self._tokens else ("end", "")
        if kind == "number":
            return lambda _: float(token)
        if token == "(" and kind == "sign":
            return self._inside(lambda: self._operation(0))
        if kind != "word":
            raise self._unknown(token)
        if token in AGGREGATIONS:
            return self._aggregation(AGGREGATIONS[token])
        return self._call(token) if self._peek() == "(" else self._selector(token)

    def _call(self, name: str) -> Node:
        self._take("(")
        if name in RANGES:
            return self._inside(lambda: self._over_range(RANGES[name]))
        if name == "absent":
            selected = self._inside(lambda: self._selector(self._take(kind="word")))
            equal = frozenset((label, wanted) for label, sign, wanted in selected.matchers if sign == "=")
            return lambda history: {} if selected(history) else {equal: 1.0}
        if name == "histogram_quantile":
            return self._inside(self._quantile)
        raise self._unknown(name)

    def _over_range(self, function: Callable[[Samples, float, float], float | None]) -> Node:
        selector = self._selector(self._take(kind="word"))
        text = self._take(kind="range")
        seconds = int(text[1:-2]) * SECONDS[text[-2]]

        def value(history: History) -> Vector:
            start, end = history.last - seconds, history.last
            found = {key: function(each, start, end) for key, each in selector.ranges(history, seconds).items()}
            return {labels: number for labels, number in found.items() if number is not None}

        return value

    def _quantile(self) -> Node:
        share = float(self._take(kind="number"))
        self._take(",")
        buckets = self._operation(0)

        def value(history: History) -> Vector:
            groups: dict[Labels, Vector] = defaultdict(dict)
            for labels, count in _vector(buckets(history)).items():
                groups[frozenset(pair for pair in labels if pair[0] != "le")][labels] = count
            return {labels: quantile(share, group) for labels, group in groups.items()}

        return value

    def _aggregation(self, function: Callable[[list[float]], float]) -> Node:
        names: frozenset[str] = frozenset()
        if self._peek() == "by":
            self._take()
            self._take("(")
            names = frozenset(self._listed(lambda: self._take(kind="word")))
        self._take("(")
        inner = self._inside(lambda: self._operation(0))

        def value(history: History) -> Vector:
            groups: dict[Labels, list[float]] = defaultdict(list)
            for labels, number in _vector(inner(history)).items():
                groups[reduced(labels, names)].append(number)
            return {labels: function(numbers) for labels, numbers in groups.items()}

        return value

    def _selector(self, name: str) -> Selector:
        matchers: list[tuple[str, str, str]] = []
        if self._peek() == "{":
            self._take()
            matchers = self._listed(self._matcher, "}")
        return Selector(name, tuple(matchers))

    def _matcher(self) -> tuple[str, str, str]:
        name, sign = self._take(kind="word"), self._take(kind="sign")
        if sign not in MATCHERS:
            raise self._unknown(sign)
        return name, sign, self._take(kind="text")

    def _listed(self, item: Callable[[], T], end: str = ")") -> list[T]:
        items = [item()]
        while self._peek() == ",":
            self._take()
            items.append(item())
        self._take(end)
        return items

    def _inside(self, item: Callable[[], T]) -> T:
        (value,) = self._listed(item)
        return value

    def _peek(self) -> str:
        return self._tokens[0][1] if self._tokens and self._tokens[0][0] in {"sign", "word"} else ""

    def _take(self, token: str | None = None, kind: str | None = None) -> str:
        found_kind, found = self._tokens.pop(0) if self._tokens else ("end", "")
        if (token or found, kind or found_kind) != (found, found_kind):
            raise self._unknown(found)
        return found

    def _unknown(self, token: str = "") -> UnknownExpressionError:
        return UnknownExpressionError(f"{token!r} before {[text for _, text in self._tokens]} of {self._text!r}")


def _vector(value: Value) -> Vector:
    if isinstance(value, dict):
        return value
    raise UnknownExpressionError("a number stands where series belong")


def _joined(sign: str, left: Node, right: Node) -> Node:
    """Return the function of an operator; series are matched by all of their labels."""
    if sign in SETS:
        return lambda history: _set(sign, _vector(left(history)), _vector(right(history)))
    return lambda history: _matched(sign, left(history), right(history))


def _set(sign: str, left: Vector, right: Vector) -> Vector:
    if sign == "or":
        return {**right, **left}
    return {labels: number for labels, number in left.items() if (labels in right) is (sign == "and")}


def _matched(sign: str, left: Value, right: Value) -> Value:
    if not isinstance(left, dict) and not isinstance(right, dict):
        if sign in COMPARISONS:
            raise UnknownExpressionError(f"{sign} between two numbers")
        return ARITHMETIC[sign](left, right)
    series = left if isinstance(left, dict) else _vector(right)
    pairs = {
        labels: (_of(left, labels), _of(right, labels))
        for labels in series
        if not isinstance(right, dict) or labels in right
    }
    if sign in ARITHMETIC:
        return {labels: ARITHMETIC[sign](*pair) for labels, pair in pairs.items()}
    return {labels: series[labels] for labels, pair in pairs.items() if COMPARISONS[sign](*pair)}


def _of(value: Value, labels: Labels) -> float:
    return value[labels] if isinstance(value, dict) else value
