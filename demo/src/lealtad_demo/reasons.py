"""Why a turning point came: what happened, or what time alone did."""

from datetime import date, datetime

from lealtad_demo.chronicle import Past
from lealtad_demo.evidence import PURCHASE, Evidence, action_of, mute_of, probability_of
from lealtad_demo.facts import Json
from lealtad_demo.turns import Turn, moves
from lealtad_demo.words import OPEN, counted

COOLED_DOWN, REVIEW = "cool-down over", "on review"
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
"""What it means that time lifted a rule."""


def happened(turn: Turn, past: Past, evidence: Evidence) -> list[str]:
    """Return what led to it besides time: facts of the day, what became of a complaint, else a contact."""
    # A score that was not worth announcing earlier brings causes of earlier days along.
    known = [evidence.facts[cause] for cause in turn.causes if cause in evidence.facts]
    facts = sorted({fact.kind for fact in known if fact.on == turn.on})
    if PURCHASE in facts and turn.on == past.bought_on[0]:
        facts[facts.index(PURCHASE)] = f"first {PURCHASE}"
    before, after = mute_of(turn.before), mute_of(turn.after)
    if before != after:
        facts.append("complaint" if after == OPEN else "complaint resolved" if before == OPEN else COOLED_DOWN)
    return facts or (["after this contact"] if turn.follows_contact else [])


def time_alone(turn: Turn, since: Json | None, past: Past, events: list[str]) -> list[str]:
    """Return what time alone did: silence that changed score or segments, a rest of the chosen offer that ended."""
    silent = silence(turn.on, past) if not events or events == [COOLED_DOWN] else ""
    rested = rest_over(turn)
    return [
        *([silent] if silent and (turn.before is None or changed_by_silence(turn, since)) else []),
        *([rested] if rested else []),
    ]


def silence(on: date, past: Past) -> str:
    """Say for how long the customer has not bought."""
    bought = past.last_bought_before(on)
    return f"{counted((on - bought).days, 'day')} without a purchase" if bought else "before the first purchase"


def changed_by_silence(turn: Turn, since: Json | None) -> bool:
    """Return whether the score rose, or such segments changed as silence changes."""
    entered, left = moves(turn)
    before, after = probability_of(since), probability_of(turn.after)
    rose = before is not None and after is not None and float(after) > float(before)
    return rose or not ENTERED_BY_SILENCE.isdisjoint(entered) or not LEFT_BY_SILENCE.isdisjoint(left)


def rest_over(turn: Turn) -> str | None:
    """Say which rest of the action that is best now ended since the decision before; None: it did not rest."""
    now = action_of(turn.after)
    if turn.before is None or now is None or now == action_of(turn.before):
        return None
    offer, channel = now
    lifted = [
        each["rule"]
        for each in turn.before["ruled_out"]
        if each["offer"]["key"] == offer
        and channel in each["channels"]
        and each["until"]
        and datetime.fromisoformat(each["until"]) <= datetime.fromisoformat(turn.after["decided_at"])
    ]
    return next((RESTS[rule] for rule in lifted if rule in RESTS), None)
