"""Turning points: the moments at which a customer's situation changed, read from campaigns' decisions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile

from lealtad_demo.evidence import action_of, band_of, offer_of, segments_of
from lealtad_demo.facts import Json

TOLD_SEGMENTS = ("champions", "loyal", "dissatisfied", "at-risk", "lapsing", "lapsed")
"""Segments whose entries and exits turn a story."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one moment changed: the last of its decisions, and the one that held before."""

    position: int
    """Place of its first decision among all; facts and contacts are put between by it."""
    before: Json | None
    after: Json
    causes: frozenset[str]
    """Root facts that its decisions newly included."""
    follows_contact: bool
    """A contact was made since the decision before."""

    @property
    def on(self) -> date:
        """Business day."""
        return day_of(self.after)


def day_of(decision: Json) -> date:
    """Return the business day of a decision."""
    return datetime.fromisoformat(decision["decided_at"]).date()


def turning_points(decisions: Sequence[Json]) -> list[Turn]:
    """Return the moments that changed the offer, the churn band, the mute, or a segment that matters.

    Another channel alone turns nothing, unless the offer was made on it, or is still to be made on it at the end.
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
    """Return the moment since which the action that is best at the end has been best without a break."""
    same = takewhile(lambda turn: action_of(turn.after) == action_of(moments[-1].after), reversed(moments))
    return next(reversed(list(same)), None)


def entered_on(decisions: Sequence[Json]) -> dict[str, date]:
    """Return when each of the segments that matter was entered last, as the turning points tell it."""
    return {key: turn.on for turn in turning_points(decisions) for key in moves(turn)[0]}


def _moments(decisions: Sequence[Json]) -> Iterator[Turn]:
    """Join decisions of a day between which the customer was not contacted and the mute did not change."""
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
    return offer_of(decision), band_of(decision), decision["mute"], frozenset(_told(decision))


def _told(decision: Json) -> set[str]:
    return segments_of(decision) & set(TOLD_SEGMENTS)


def moves(turn: Turn) -> tuple[list[str], list[str]]:
    """Return which of the segments that matter were entered, and which were left."""
    before, after = _told(turn.before) if turn.before else set(), _told(turn.after)
    entered = [key for key in TOLD_SEGMENTS if key in after - before]
    return entered, [key for key in TOLD_SEGMENTS if key in before - after]
