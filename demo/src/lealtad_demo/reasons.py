"""The reasons of turning points: events, or the passing of time."""

from datetime import date, datetime

from lealtad_demo.chronicle import Past
from lealtad_demo.evidence import PURCHASE, Evidence, action_of, mute_of, probability_of, segments_of
from lealtad_demo.facts import Json
from lealtad_demo.names import Names
from lealtad_demo.turns import STORY_SEGMENTS, Turn, moves
from lealtad_demo.words import OPEN, counted

COOLED_DOWN, CONTACTED, REVIEW = "cool-down over", "after this contact", "on review"
RAN_OUT = "the decision ran out"
"""Text for a decision that expired; a new draw of acceptance may then choose another offer."""
LEFT_BY_SILENCE, ENTERED_BY_SILENCE = {"champions", "loyal", "lapsing"}, {"at-risk", "lapsing", "lapsed"}
REFUSED, OFFERED = "the rest after a refusal is over", "the rest after an earlier offer is over"
RESTS = {
    "refused-lately": REFUSED,
    "kind-refused": REFUSED,
    "offer-refused": REFUSED,
    "already-presented": OFFERED,
    "already-accepted": OFFERED,
    "contact-cap": "the limit of contacts leaves room again",
}
"""Texts for rules that ended by time."""


def happened(turn: Turn, past: Past, evidence: Evidence) -> list[str]:
    """Return the events behind a turning point: facts of the day, changes of a complaint, otherwise a contact."""
    # A score also names causes of earlier days that changed no published score.
    known = [evidence.facts[cause] for cause in turn.causes if cause in evidence.facts]
    facts = sorted({fact.kind for fact in known if fact.on == turn.on})
    if PURCHASE in facts and turn.on == past.bought_on[0]:
        facts[facts.index(PURCHASE)] = f"first {PURCHASE}"
    before, after = mute_of(turn.before), mute_of(turn.after)
    if before != after:
        facts.append("complaint" if after == OPEN else "complaint resolved" if before == OPEN else COOLED_DOWN)
    return facts or ([CONTACTED] if turn.follows_contact else [])


def time_alone(turn: Turn, since: Json | None, past: Past, events: list[str]) -> list[str]:
    """Return the effects of time alone: silence that changed score or segments, and reasons for another action."""
    silent = silence(turn.on, past) if {COOLED_DOWN, CONTACTED}.issuperset(events) else ""
    reconsidered = why_another_action(turn)
    return [
        *([silent] if silent and (turn.before is None or changed_by_silence(turn, since)) else []),
        *([reconsidered] if reconsidered else []),
    ]


def reviewed(turn: Turn, names: Names) -> str:
    """Return the text without other reasons: changes of segments that make no turning point, if any."""
    before, after = segments_of(turn.before) if turn.before else set(), segments_of(turn.after)
    entered, left = (sorted(keys.difference(STORY_SEGMENTS)) for keys in (after - before, before - after))
    now = [f"now in {names.listed(entered, ' and ')}"] if entered else []
    return ", ".join([*now, *([f"no longer in {names.listed(left, ' and ')}"] if left else [])]) or REVIEW


def silence(on: date, past: Past) -> str:
    """Return the time without a purchase in words."""
    bought = past.last_bought_before(on)
    return f"{counted((on - bought).days, 'day')} without a purchase" if bought else "before the first purchase"


def changed_by_silence(turn: Turn, since: Json | None) -> bool:
    """Return whether the score rose, or segments changed that depend on silence."""
    entered, left = moves(turn)
    before, after = probability_of(since), probability_of(turn.after)
    rose = before is not None and after is not None and float(after) > float(before)
    return rose or not ENTERED_BY_SILENCE.isdisjoint(entered) or not LEFT_BY_SILENCE.isdisjoint(left)


def why_another_action(turn: Turn) -> str | None:
    """Return why time made another action best: its rest ended, or the last decision expired."""
    if turn.before is None or turn.after["action"] is None or action_of(turn.after) == action_of(turn.before):
        return None
    ran_out = RAN_OUT if is_over(turn.before["valid_until"], turn.after) else None
    return next((RESTS[rule] for rule in lifted(turn.before, turn.after) if rule in RESTS), ran_out)


def lifted(before: Json, after: Json) -> list[str]:
    """Return the rules that excluded the new best action before, and ended between the decisions."""
    best = after["action"]
    return [
        each["rule"]
        for each in before["ruled_out"]
        if each["offer"]["key"] == best["offer"]["key"]
        and best["channel"] in each["channels"]
        and is_over(each["until"], after)
    ]


def is_over(until: str | None, decision: Json) -> bool:
    """Return whether a time had passed at a decision."""
    return until is not None and datetime.fromisoformat(until) <= datetime.fromisoformat(decision["decided_at"])
