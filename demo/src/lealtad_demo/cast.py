"""The choice of real customers for the stories, by rules over their history."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from lealtad_demo.chronicle import Past
from lealtad_demo.files import CAST


class CastRules(BaseModel):
    """Rules for loyal, complaining and stopped customers (`demo/data/cast.json`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    loyal_bought_within_days: int = Field(gt=0)
    loyal_purchase_days: int = Field(gt=1, description="Days with a purchase that make a loyal customer")
    regular_purchase_days: int = Field(gt=1, description="Days with a purchase that make a regular customer")
    regular_gap_days: int = Field(gt=0, description="Largest usual gap of a regular customer, and any of a loyal one")
    stopped_silent_days: int = Field(gt=0)
    stopped_silent_gaps: int = Field(gt=1, description="Usual gaps that the silence is at least as long as")

    @classmethod
    def load(cls, path: Path = CAST) -> "CastRules":
        """Return the rules of a JSON file."""
        return cls.model_validate(json.loads(path.read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Cast:
    """Candidates for the three parts, the fittest first."""

    loyal: list[Past]
    complaining: list[Past]
    stopped: list[Past]


def cast(pasts: Iterable[Past], rules: CastRules, today: date) -> Cast:
    """Return candidates among customers who bought at least once, those who answered offers first."""
    buyers = sorted((past for past in pasts if past.bought_on), key=fitness)
    return Cast(
        loyal=[past for past in buyers if is_loyal(past, rules, today)],
        complaining=[past for past in buyers if came_back_after_complaint(past, rules)],
        stopped=[past for past in buyers if has_stopped(past, rules, today)],
    )


def fitness(past: Past) -> tuple[int, int, float, str]:
    """Return the sort key: most kinds of answers to offers, most days with a purchase, most spent."""
    return (-past.kinds_of_answer, -len(past.bought_on), -float(past.spent), past.customer)


def is_loyal(past: Past, rules: CastRules, today: date) -> bool:
    """Return whether the customer bought often, lately and without a long gap, and never complained."""
    lately = past.silent_days(today) <= rules.loyal_bought_within_days
    steady = len(past.bought_on) >= rules.loyal_purchase_days and past.longest_gap <= rules.regular_gap_days
    return lately and steady and not past.complaints


def came_back_after_complaint(past: Past, rules: CastRules) -> bool:
    """Return whether the customer bought before and after one complaint, which was resolved."""
    if len(past.complaints) != 1 or len(past.bought_on) < rules.regular_purchase_days:
        return False
    (complaint,) = past.complaints
    resolved = complaint.resolved_on
    before = past.bought_on[0] < complaint.opened_on
    return before and resolved is not None and past.bought_on[-1] > resolved


def has_stopped(past: Past, rules: CastRules, today: date) -> bool:
    """Return whether the customer bought regularly without a complaint, then paused far beyond the usual gap."""
    gap, silent = past.usual_gap, past.silent_days(today)
    often = gap is not None and gap <= rules.regular_gap_days and len(past.bought_on) >= rules.regular_purchase_days
    broken = gap is not None and silent >= max(rules.stopped_silent_days, gap * rules.stopped_silent_gaps)
    return often and broken and not past.complaints
