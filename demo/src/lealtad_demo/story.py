"""Tells what happened to three real customers, what each service decided, and why, in the services' own words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from lealtad_demo import choice, words
from lealtad_demo.cast import Cast
from lealtad_demo.chronicle import Past
from lealtad_demo.client import Apis
from lealtad_demo.evidence import Evidence, gather, kind_of, segments_of
from lealtad_demo.names import Names, read_names
from lealtad_demo.timeline import timeline

CANDIDATES = 8
"""So many of the fittest customers are looked at for the one whose decisions show the point of the story."""


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
        Part("The loyal customer", cast.loyal, is_rewarded),
        Part("The customer who complains", cast.complaining, was_muted_and_recovered),
        Part("The customer who stops buying", cast.stopped, is_called_back),
    ]


def is_rewarded(found: Evidence) -> bool:
    """Return whether the customer counts as loyal, and a reward is best now."""
    return "loyal" in segments_of(found.standing) and kind_of(found.standing) == "reward"


def was_muted_and_recovered(found: Evidence) -> bool:
    """Return whether promotions rested, recovery was offered meanwhile, and promotions came back afterwards."""
    offered = [decision for decision in found.decisions if decision["muted"] and decision["responses"]]
    recovery = any(kind_of(decision) == "service-recovery" for decision in offered)
    return recovery and not found.standing["muted"] and found.standing["action"] is not None


def is_called_back(found: Evidence) -> bool:
    """Return whether the habit counts as broken, and keeping or winning back the customer is best now."""
    broken = segments_of(found.standing) & {"lapsing", "lapsed"}
    return bool(broken) and kind_of(found.standing) in {"retention", "win-back"}


async def tell(apis: Apis, cast: Cast, today: date) -> list[Story]:
    """Return the stories of the parts for which there is a customer.

    The fittest candidate whose answers show the point is taken; if none does, the fittest, with what really happened.
    """
    names = await read_names(apis)
    return [await _tell(apis, part, names, today) for part in parts(cast) if part.candidates]


async def _tell(apis: Apis, part: Part, names: Names, today: date) -> Story:
    chosen: tuple[Past, Evidence] | None = None
    for past in part.candidates[:CANDIDATES]:
        evidence = await gather(apis, past.customer)
        if part.shows(evidence):
            return story(part.title, past, evidence, names, today)
        chosen = chosen or (past, evidence)
    assert chosen is not None  # noqa: S101 - there is a candidate
    return story(part.title, *chosen, names, today)


def story(title: str, past: Past, evidence: Evidence, names: Names, today: date) -> Story:
    """Return one customer's story."""
    profile = evidence.profile
    name = f"{profile['given_name']} {profile['family_name']}"
    return Story(
        f"{title}: {past.customer}, {past.country}. Name: {name}",
        [
            words.bought(past, profile["totals"]["net"], today),
            *timeline(past, evidence, names),
            f"Today, {words.day(today)}:",
            f"  churn-scoring: {words.risk(evidence.score)}",
            f"  segmentation: {words.standing(evidence.segments, names)}",
            f"  campaigns: {choice.decision(evidence.standing, names)}",
            *(f"    {line}" for line in choice.ruled_out(evidence.standing, names)),
        ],
    )
