"""The timeline of a customer: complaints, contacts, and the decisions of the services."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from lealtad_demo import words
from lealtad_demo.changes import change
from lealtad_demo.chronicle import Past
from lealtad_demo.evidence import Evidence
from lealtad_demo.facts import Json
from lealtad_demo.names import Names
from lealtad_demo.turns import Turn, day_of, turning_points

FACT, TURN, CONTACT = range(3)
"""Order of lines that belong to the same decision."""
FIRST, LAST = 4, 16
"""Numbers of lines of a long story, from its beginning and its end."""


class Chapter(NamedTuple):
    """A line of the story and its place: the day, the decision it belongs to, and the order there."""

    on: date
    position: int
    order: int
    text: str


def timeline(past: Past, evidence: Evidence, names: Names) -> list[str]:
    """Return the lines between the first purchase and today."""
    chapters = sorted(
        [
            *_turns(past, evidence, names),
            *(chapter for case in evidence.cases for chapter in _case(case, evidence.decisions)),
            *_contacts(evidence.decisions, names),
        ]
    )
    lines = [f"  {words.day(chapter.on)}: {chapter.text}" for chapter in chapters]
    contacted = any(decision["responses"] for decision in evidence.decisions)
    if not contacted:
        lines.append("  no offer was made so far: the simulated staff reaches only some")
    if len(lines) > FIRST + LAST + 1:
        lines[FIRST:-LAST] = [f"  … {len(lines) - FIRST - LAST} more lines …"]
    return lines


def _turns(past: Past, evidence: Evidence, names: Names) -> Iterator[Chapter]:
    known: Turn | None = None
    for turn in turning_points(evidence.decisions):
        text = change(turn, known, past, evidence, names)
        yield Chapter(turn.on, turn.position, TURN, text)
        known = turn


def _case(case: Json, decisions: list[Json]) -> Iterator[Chapter]:
    opened = datetime.fromisoformat(case["opened_at"]).date()
    yield Chapter(opened, _first(decisions, opened, muted=True), FACT, words.complaint(case))
    if words.missed_due_time(case):
        due = datetime.fromisoformat(case["due_at"]).date()
        yield Chapter(due, _first(decisions, due, muted=True), FACT, words.breach(case))
    if case["resolved_at"]:
        resolved = datetime.fromisoformat(case["resolved_at"]).date()
        yield Chapter(resolved, _first(decisions, resolved, muted=False), FACT, words.resolution(case))


def _first(decisions: list[Json], day: date, *, muted: bool) -> int:
    """Return the position of the day's first decision that sees the case open, or closed."""
    places = (
        place
        for place, decision in enumerate(decisions)
        if day_of(decision) == day and (decision["mute"] == words.OPEN) is muted
    )
    return next(places, 0)


def _contacts(decisions: list[Json], names: Names) -> Iterator[Chapter]:
    for place, decision in enumerate(decisions):
        if decision["responses"]:
            day = datetime.fromisoformat(decision["responses"][0]["occurred_at"]).date()
            yield Chapter(day, place, CONTACT, words.contact(decision, names))
