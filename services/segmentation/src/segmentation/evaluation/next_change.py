"""The day on which time alone may next change the answer of a rule.

The day is exact where one condition decides, and never too late elsewhere. The tree bounds the day. A conjunction that
is not met stays so until each branch that is not met has changed. A conjunction that is met stays so until its first
branch changes. A disjunction behaves the other way round.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, DateTime, bindparam, case, cast, func, literal, literal_column, not_, true

from segmentation.domain.boundaries import Boundaries
from segmentation.domain.rules import (
    ActivityCondition,
    AllOf,
    AnyOf,
    AttributeCondition,
    NotAny,
    Rule,
    SinceCondition,
    conditions,
)
from segmentation.domain.vocabulary import Attribute, Moment
from segmentation.evaluation.compiler import Columns, meets, met
from segmentation.evaluation.departures import NEVER, decisive_departures
from segmentation.evaluation.sources import Sources
from segmentation.evaluation.windows import TODAY, window_of

PAST: ColumnElement[date] = literal_column("DATE '-infinity'", Date)
NEW_YEAR: ColumnElement[date] = bindparam("new_year", type_=Date)
"""First day of the next year: both ages that the year of birth leaves open grow with the calendar year."""
RANKED = frozenset({Attribute.TIER, Attribute.RFM_RECENCY, Attribute.RFM_FREQUENCY, Attribute.RFM_MONETARY})
BEST = 5
Day = ColumnElement[date]


@dataclass(frozen=True, slots=True)
class NextChange:
    """Computes the future day on which the answer of a rule may change; NEVER where time changes nothing."""

    facts: Sources
    attributes: Columns
    boundaries: Boundaries | None
    value_changes: Day
    """The day on which activity next leaves the windows of the boundaries."""

    def day_of(self, rule: Rule) -> Day:
        """Return the day on which the answer of `rule` may change."""
        match rule:
            case AllOf():
                return self._of_branches(rule, met_together=True)
            case AnyOf():
                return self._of_branches(rule, met_together=False)
            case NotAny():
                return self.day_of(rule.rule)
            case AttributeCondition():
                return self._of_attribute(rule)
            case ActivityCondition():
                return self._of_activity(rule)
            case SinceCondition():
                return future(self.facts.moments[rule.moment] + literal(rule.changes_after))

    def _of_branches(self, rule: AllOf | AnyOf, *, met_together: bool) -> Day:
        days = [self.day_of(branch) for branch in rule.rules]
        if len(days) == 1:
            return days[0]
        answers = [met(branch, self.facts, self.attributes) for branch in rule.rules]
        opposing = [
            case((answer if met_together else not_(answer), PAST), else_=day)
            for answer, day in zip(answers, days, strict=True)
        ]
        together = met(rule, self.facts, self.attributes)
        first, last = func.least(*days), func.greatest(*opposing)
        return case((together, first), else_=last) if met_together else case((together, last), else_=first)

    def _of_attribute(self, condition: AttributeCondition) -> Day:
        match condition.attribute:
            case Attribute.AGE:
                return case((self.facts.attributes[Attribute.AGE].is_not(None), NEW_YEAR), else_=NEVER)
            case Attribute.ACTIVE_CONTRACT:
                # Only the day: `due_at` gives the moment to customers who are due on this day.
                change = func.timezone("UTC", self.facts.contract_change_at)
                return func.coalesce(cast(change, Date), NEVER)
            case Attribute.RFM_RECENCY:
                return func.least(self.value_changes, *self._recency_changes(condition))
            case attribute if attribute in RANKED:
                return self.value_changes
        return NEVER

    def _recency_changes(self, condition: AttributeCondition) -> list[Day]:
        """Return the days on which the score falls to one that changes the answer of the condition."""
        days = self.boundaries.recency_days if self.boundaries else ()
        last = self.facts.moments[Moment.LAST_PURCHASE]
        answers = [meets(condition, BEST - exceeded) for exceeded in range(len(days) + 1)]
        return [
            future(last + literal(day + 1)) for place, day in enumerate(days) if answers[place] != answers[place + 1]
        ]

    def _of_activity(self, condition: ActivityCondition) -> Day:
        if condition.within_days is None:
            return NEVER
        windows = self.facts.windows
        value = windows.values[window_of(condition)]
        steps = sorted(decisive_departures(condition), key=lambda step: -(step[0] or 0))
        reached = [
            (true() if least is None else value >= least, func.coalesce(windows.departures[departure], NEVER))
            for least, departure in steps
        ]
        return case(*reached, else_=NEVER) if reached else NEVER


def recency_limits(rules: Iterable[Rule]) -> set[frozenset[int]]:
    """Return for each condition of `rules` on the recency score the scores that meet it."""
    return {
        frozenset(score for score in range(1, BEST + 1) if meets(condition, score))
        for rule in rules
        for condition in conditions(rule)
        if isinstance(condition, AttributeCondition) and condition.attribute is Attribute.RFM_RECENCY
    }


def future(day: ColumnElement[Any]) -> Day:
    """Return `day` where it is in the future, else NEVER."""
    return case((day > TODAY, day), else_=NEVER)


def due_at(day: Day, contract_change_at: ColumnElement[datetime]) -> ColumnElement[datetime]:
    """Return the start of `day` in UTC, or the time of a contract that changes today; NULL for NEVER."""
    beginning = func.timezone("UTC", cast(func.nullif(day, NEVER), DateTime), type_=DateTime(timezone=True))
    return case((day > TODAY, beginning), else_=contract_change_at)
