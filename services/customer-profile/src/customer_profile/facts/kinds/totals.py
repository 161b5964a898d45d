"""Totals that facts move, declared by their kinds.

The name of a total says how two values of it merge: the earliest for `first_…`, the latest for `last_…`, else the sum.
SQL merges by the same rule, in columns and in JSON.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from lealtad.events.catalog.customer_profile import Fact

FIRST, LAST = "first_", "last_"

Value = int | Decimal | datetime


class Measure(Enum):
    """The measure of a total; the API shows each in its own type."""

    COUNT = "count"
    AMOUNT = "amount"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Total:
    """One value per customer, over the facts of one event type."""

    name: str
    event: type[Fact]
    measure: Measure
    value: Callable[[Any], Value]
    """Return the share of one event."""

    def add(self, moved: dict[str, Any], event: Fact) -> None:
        """Merge the share of `event` into `moved`, the values of one customer by name."""
        value: Any = self.value(event)
        before = moved.get(self.name)
        if before is None:
            moved[self.name] = value
        elif self.name.startswith(FIRST):
            moved[self.name] = min(before, value)
        elif self.name.startswith(LAST):
            moved[self.name] = max(before, value)
        else:
            moved[self.name] = before + value


def count(name: str, event: type[Fact]) -> Total:
    """Return the number of events."""
    return Total(name, event, Measure.COUNT, lambda _: 1)


def amount(name: str, event: type[Fact], of: Callable[[Any], Decimal]) -> Total:
    """Return the sum of the amounts `of` events, in the reporting currency."""
    return Total(name, event, Measure.AMOUNT, of)


def first(name: str, event: type[Fact]) -> Total:
    """Return the time of the earliest event."""
    return _time(FIRST, name, event)


def last(name: str, event: type[Fact]) -> Total:
    """Return the time of the latest event."""
    return _time(LAST, name, event)


def _time(prefix: str, name: str, event: type[Fact]) -> Total:
    if not name.startswith(prefix):
        raise ValueError(f"the name of the total {name} must begin with {prefix}")
    return Total(name, event, Measure.TIME, lambda fact: fact.occurred_at)
