"""The stories of three real customers: events, decisions and reasons, from the services' data."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from lealtad_demo import choice, words
from lealtad_demo.cast import Cast, CastRules
from lealtad_demo.chronicle import Past
from lealtad_demo.client import Apis
from lealtad_demo.evidence import Evidence, gather, kind_of, segments_of
from lealtad_demo.facts import customer_ref
from lealtad_demo.names import Names, read_names
from lealtad_demo.timeline import timeline
from lealtad_demo.turns import entered_on, moves, turning_points

CANDIDATES = 8
"""Number of the fittest customers among whom a part is cast."""
RANKED = "champions"
"""The segment that depends on a rank among all customers."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the three parts: title, candidates, the check of their data, and the description of a candidate."""

    title: str
    candidates: list[Past]
    shows: Callable[[Evidence], bool]
    wanted: str


@dataclass(frozen=True, slots=True)
class Story:
    """One customer's story: a title and lines in order, with labels for simulated data."""

    title: str
    lines: list[str]
    ref: str | None = None
    """The reference of the customer, or None without a story."""
    ranked_on: date | None = None
    """The day on which a rank among all customers first changed the story."""


def parts(cast: Cast, rules: CastRules) -> list[Part]:
    """Return the three parts with the expected decisions of the services."""
    return [
        Part(
            "The loyal customer",
            cast.loyal,
            is_rewarded,
            f"has bought on {rules.loyal_purchase_days} days without a long gap and without a complaint",
        ),
        Part(
            "The customer who complains",
            cast.complaining,
            was_muted_and_recovered,
            "has complained once, got it resolved, and bought again",
        ),
        Part(
            "The customer who stops buying",
            cast.stopped,
            is_called_back,
            f"bought regularly and then was silent for {rules.stopped_silent_days} days",
        ),
    ]


def is_rewarded(found: Evidence) -> bool:
    """Return whether the customer counts as loyal, and a reward is best now."""
    return "loyal" in segments_of(found.current_decision) and kind_of(found.current_decision) == "reward"


def was_muted_and_recovered(found: Evidence) -> bool:
    """Return whether promotions rested, recovery was offered meanwhile, and promotions came back afterwards."""
    offered = [decision for decision in found.decisions if decision["muted"] and decision["responses"]]
    recovery = any(kind_of(decision) == "service-recovery" for decision in offered)
    return recovery and not found.current_decision["muted"] and found.current_decision["action"] is not None


def is_called_back(found: Evidence) -> bool:
    """Return whether the customer is lapsing or lapsed, and retention or win-back is best now."""
    broken = segments_of(found.current_decision) & {"lapsing", "lapsed"}
    return bool(broken) and kind_of(found.current_decision) in {"retention", "win-back"}


async def tell(apis: Apis, cast: Cast, rules: CastRules, today: date) -> list[Story]:
    """Return the stories of the three parts, or the reason why a part has no candidate.

    A part is given to the fittest candidate who passes its check, otherwise to the fittest candidate.
    """
    names = await read_names(apis)
    return [await _tell(apis, part, names, today) if part.candidates else missing(part) for part in parts(cast, rules)]


def missing(part: Part) -> Story:
    """Return the replacement of a story without a candidate."""
    return Story(f"{part.title}: no story", [f"Nobody {part.wanted} so far. Replay more days (--days N, or --all)."])


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
    ref = customer_ref(past.customer)
    return Story(
        f"{title}: {ref}, {past.country}. Name: {name}",
        [
            words.bought(past, profile["totals"]["net"], today),
            *timeline(past, evidence, names),
            f"Today, {words.day(today)}:",
            f"  churn-scoring: {words.risk(evidence.score, evidence.current_decision)}",
            f"  segmentation: {words.membership(evidence.segments, names, entered_on(evidence.decisions))}",
            f"  campaigns: {choice.decision(evidence.current_decision, names)}",
            *(f"    {line}" for line in choice.ruled_out(evidence, names)),
        ],
        ref,
        first_ranked(evidence),
    )


def first_ranked(evidence: Evidence) -> date | None:
    """Return when the ranked segment was entered or left for the first time."""
    turns = turning_points(evidence.decisions)
    return next((turn.on for turn in turns if any(RANKED in segments for segments in moves(turn))), None)
