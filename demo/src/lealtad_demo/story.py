"""Tells what happened to three real customers, what each service decided, and why, in the services' own words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from lealtad_demo import words
from lealtad_demo.cast import Cast
from lealtad_demo.chronicle import Past
from lealtad_demo.client import Apis
from lealtad_demo.evidence import Evidence, gather, kind_of, turning_points
from lealtad_demo.facts import Json

CANDIDATES = 8
"""So many of the fittest customers are looked at for the one whose decisions show the point of the story."""
MOST_POINTS = 12


@dataclass(frozen=True, slots=True)
class Part:
    """One of the three parts: its title, its candidates, and which answers show its point."""

    title: str
    candidates: list[Past]
    shows: Callable[[Evidence], bool]


@dataclass(frozen=True, slots=True)
class Story:
    """One customer's story: a title and lines in order; what is simulated is labelled."""

    title: str
    lines: list[str]


def parts(cast: Cast) -> list[Part]:
    """Return the three parts with what the services should have done, if a customer's circumstances allow it."""
    return [
        Part("The loyal customer", cast.loyal, lambda found: kind_of(found.standing) == "reward"),
        Part("The customer who complains", cast.complaining, was_muted_and_recovered),
        Part("The customer who stops buying", cast.stopped, lambda found: kind_of(found.standing) == "win-back"),
    ]


def was_muted_and_recovered(found: Evidence) -> bool:
    """Return whether promotions rested, recovery was best meanwhile, and promotions came back afterwards."""
    muted = [decision for decision in found.decisions if decision["muted"]]
    recovery = any(kind_of(decision) == "service-recovery" for decision in muted)
    return recovery and not found.standing["muted"] and found.standing["action"] is not None


async def tell(apis: Apis, cast: Cast, today: date) -> list[Story]:
    """Return the stories of the parts for which there is a customer.

    The fittest candidate whose answers show the point is taken; if none does, the fittest, with what really happened.
    """
    return [await _tell(apis, part, today) for part in parts(cast) if part.candidates]


async def _tell(apis: Apis, part: Part, today: date) -> Story:
    chosen: tuple[Past, Evidence] | None = None
    for past in part.candidates[:CANDIDATES]:
        evidence = await gather(apis, past.customer)
        if part.shows(evidence):
            return story(part.title, past, evidence, today)
        chosen = chosen or (past, evidence)
    assert chosen is not None  # noqa: S101 - there is a candidate
    return story(part.title, *chosen, today)


def story(title: str, past: Past, evidence: Evidence, today: date) -> Story:
    """Return one customer's story."""
    profile = evidence.profile
    name = f"{profile['given_name']} {profile['family_name']}"
    return Story(
        f"{title}: {past.customer}, {past.country}. Name: {name}",
        [
            words.bought(past, profile["totals"]["net"], today),
            *(line for _, line in sorted(chapters(past, evidence), key=lambda chapter: chapter[0])),
            f"Today, {words.day(today)}:",
            f"  churn-scoring: {words.risk(evidence.score)}",
            f"  segmentation: {words.standing(evidence.segments)}",
            f"  campaigns: {words.decision(evidence.standing)}",
            *(f"    not {line}" for line in words.ruled_out(evidence.standing)),
        ],
    )


def chapters(past: Past, evidence: Evidence) -> list[tuple[tuple[date, int], str]]:
    """Return what happened in between, each with its place in time: facts before the decisions of their day."""
    points = turning_points(evidence.decisions)
    return [
        *(_on(point["decided_at"], 1, words.turn(point)) for point in points[-MOST_POINTS:]),
        *(_on(case["opened_at"], 0, words.complaint(case)) for case in evidence.cases),
        *(_on(case["resolved_at"], 0, "the complaint was resolved") for case in evidence.cases if case["resolved_at"]),
        *_contacts(past, evidence.decisions),
    ]


def _contacts(past: Past, decisions: Sequence[Json]) -> list[tuple[tuple[date, int], str]]:
    offers = {decision["decision_id"]: decision["action"] for decision in decisions if decision["action"]}
    return [
        ((contact.on, 2), f"  {words.day(contact.on)}: {words.contact(offers[contact.decision_id], contact.answer)}")
        for contact in past.contacts
        if contact.decision_id in offers
    ]


def _on(moment: str, order: int, text: str) -> tuple[tuple[date, int], str]:
    day = datetime.fromisoformat(moment).date()
    return (day, order), f"  {words.day(day)}: {text}"
