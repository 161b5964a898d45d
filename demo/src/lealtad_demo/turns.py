"""Turning points: the moments at which a customer's situation changed, read from campaigns' decisions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile

from lealtad_demo.evidence import action_of, band_of, offer_of, segments_of
from lealtad_demo.facts import Json

STORY_SEGMENTS = ("champions", "loyal", "dissatisfied", "at-risk", "lapsing", "lapsed")
"""Segments whose entries and exits make a turning point."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A moment of change: its last decision, and the decision before it."""

    position: int
    """Position of its first decision, by which facts and contacts are sorted in."""
    before: Json | None
    after: Json
    causes: frozenset[str]
    """Root facts that the decisions of the moment newly included."""
    follows_contact: bool
    """Whether a contact followed the decision before."""

    @property
    def on(self) -> date:
        """Return the business day."""
        return day_of(self.after)


def day_of(decision: Json) -> date:
    """Return the business day of a decision."""
    return datetime.fromisoformat(decision["decided_at"]).date()


def turning_points(decisions: Sequence[Json]) -> list[Turn]:
    """Return the moments that changed the offer, the churn band, the mute, or a story segment.

    A change of channel alone counts only if the offer was made on it, or stands on it at the end.
    """
    moments, points = list(_moments(decisions)), list[Turn]()
    at_the_end = _best_since(moments)
    for turn in moments:
        counts = turn is at_the_end or turn.after["responses"]
        moved = not points or action_of(turn.after) != action_of(points[-1].after)
        if _situation(turn.after) != _situation(turn.before) or (counts and moved):
            points.append(turn)
    return points


def _best_since(moments: Sequence[Turn]) -> Turn | None:
    """Return the moment since which the final best action was best without a break."""
    same = takewhile(lambda turn: action_of(turn.after) == action_of(moments[-1].after), reversed(moments))
    return next(reversed(list(same)), None)


def entered_on(decisions: Sequence[Json]) -> dict[str, date]:
    """Return the last entry day of each story segment, by the turning points."""
    return {key: turn.on for turn in turning_points(decisions) for key in moves(turn)[0]}


def _moments(decisions: Sequence[Json]) -> Iterator[Turn]:
    """Yield the decisions of a day as one moment, unless a contact or a change of the mute divides them."""
    start = 0
    for position, decision in enumerate(decisions):
        if position + 1 < len(decisions) and _goes_on(decision, decisions[position + 1]):
            continue
        before = decisions[start - 1] if start else None
        causes = frozenset(cause for each in decisions[start : position + 1] for cause in each["causes"]["ids"])
        yield Turn(start, before, decision, causes, bool(before and _contacted_on(before, day_of(decision))))
        start = position + 1


def _goes_on(decision: Json, following: Json) -> bool:
    same = day_of(decision) == day_of(following) and decision["mute"] == following["mute"]
    return same and not decision["responses"]


def _contacted_on(decision: Json, day: date) -> bool:
    return any(datetime.fromisoformat(given["occurred_at"]).date() == day for given in decision["responses"])


def _situation(decision: Json | None) -> tuple[str | None, str | None, str | None, frozenset[str]]:
    if decision is None:
        return None, None, None, frozenset()
    return offer_of(decision), band_of(decision), decision["mute"], frozenset(_story_segments(decision))


def _story_segments(decision: Json) -> set[str]:
    return segments_of(decision) & set(STORY_SEGMENTS)


def moves(turn: Turn) -> tuple[list[str], list[str]]:
    """Return the story segments that were entered, and those that were left."""
    before, after = _story_segments(turn.before) if turn.before else set(), _story_segments(turn.after)
    entered = [key for key in STORY_SEGMENTS if key in after - before]
    return entered, [key for key in STORY_SEGMENTS if key in before - after]
