"""Sentences about turning points: what happened, what it did to the customer's situation, what is best now."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from lealtad_demo.chronicle import Past
from lealtad_demo.evidence import PURCHASE, Evidence, band_of
from lealtad_demo.facts import Json
from lealtad_demo.names import Names, channel, plain
from lealtad_demo.turns import Turn, day_of, moves
from lealtad_demo.words import COOL_DOWN, OPEN, counted, day, percent


def change(turn: Turn, known: Turn | None, past: Past, evidence: Evidence, names: Names) -> str:
    """Say what happened and what it changed; `known` is the turning point told before this one."""
    happened = facts_behind(turn, past, evidence)
    since = turn.before if happened else held_since_purchase(turn, known, past, evidence.decisions)
    entered, left = moves(turn)
    changes = [
        *churn(since, turn.after),
        *([f"enters {names.listed(entered, ' and ')}"] if entered else []),
        *([f"leaves {names.listed(left, ' and ')}"] if left else []),
        *promotions(turn),
        *next_best(known.after if known else None, turn.after, names),
    ]
    return f"{happened or silence(turn, past)}: {'; '.join(changes)}"


def facts_behind(turn: Turn, past: Past, evidence: Evidence) -> str:
    """Say which facts led to it; nothing where time alone did."""
    # A score that was not worth announcing earlier brings causes of earlier days along.
    known = [evidence.facts[cause] for cause in turn.causes if cause in evidence.facts]
    facts = sorted({fact.kind for fact in known if fact.on == turn.on})
    if PURCHASE in facts and turn.on == past.bought_on[0]:
        facts[facts.index(PURCHASE)] = f"first {PURCHASE}"
    before, after = mute_of(turn.before), mute_of(turn.after)
    if before != after:
        facts.append("complaint" if after == OPEN else "complaint resolved" if before == OPEN else "cool-down over")
    if not facts:
        return "after this contact" if turn.follows_contact else ""
    return " and ".join([", ".join(facts[:-1]), facts[-1]] if len(facts) > 1 else facts)


def silence(turn: Turn, past: Past) -> str:
    """Say for how long the customer has not bought."""
    bought = past.last_bought_before(turn.on)
    return f"{counted((turn.on - bought).days, 'day')} without a purchase" if bought else "before the first purchase"


def held_since_purchase(turn: Turn, known: Turn | None, past: Past, decisions: Sequence[Json]) -> Json | None:
    """Return what silence began with: the decision told last, or a later one on the day of the last purchase."""
    bought = past.last_bought_before(turn.on)
    if bought is None or (known and known.on >= bought):
        return known.after if known else None
    return next((each for each in reversed(decisions[: turn.position]) if day_of(each) <= bought), None)


def churn(before: Json | None, after: Json) -> Iterator[str]:
    """Say the churn score, with the one before where there was one; nothing where it is the same."""
    score, earlier = after["inputs"]["score"], before["inputs"]["score"] if before else None
    if not score or score["probability"] is None:
        return
    if not earlier or earlier["probability"] is None:
        yield f"churn {percent(score['probability'])} ({band_of(after)})"
    elif earlier["probability"] != score["probability"]:
        bands = dict.fromkeys((earlier["band"], score["band"]))
        yield f"churn {percent(earlier['probability'])} -> {percent(score['probability'])} ({' -> '.join(bands)})"


def promotions(turn: Turn) -> Iterator[str]:
    """Say from when on promotions rest, or that they are allowed again."""
    before, after = mute_of(turn.before), mute_of(turn.after)
    if after == before:
        return
    if after == OPEN:
        yield "promotions rest while the complaint is open"
    elif after == COOL_DOWN:
        yield f"promotions rest{until(turn.after)}"
    else:
        yield "promotions are allowed again"


def mute_of(decision: Json | None) -> str | None:
    """Return why promotions rested at a decision, if they did."""
    return decision["mute"] if decision else None


def until(decision: Json) -> str:
    """Say until when promotions rest after a complaint, where an offer was ruled out for it."""
    ends = [each["until"] for each in decision["ruled_out"] if each["rule"] == COOL_DOWN and each["until"]]
    return f" until {day(datetime.fromisoformat(ends[0]))}" if ends else " a while longer"


def next_best(before: Json | None, after: Json, names: Names) -> Iterator[str]:
    """Say the next-best action where it is not the one told before."""
    now = action(after, names)
    if before is None or now != action(before, names):
        yield f"next-best action becomes {now}" if after["action"] else now


def action(decision: Json, names: Names) -> str:
    """Return the best action, or that there is none and why."""
    best = decision["action"]
    if best is None:
        return f"no next-best action for now ({plain(decision['reason'])})"
    return f"{names.offer(best['offer']['key'])} {channel(best['channel'])}"
