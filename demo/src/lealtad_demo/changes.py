"""Sentences about turning points: causes, changes of the customer's situation, and the next-best action."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from lealtad_demo.chronicle import Past
from lealtad_demo.evidence import Evidence, band_of, mute_of, offer_of, probability_of
from lealtad_demo.facts import Json
from lealtad_demo.names import Names, channel, plain
from lealtad_demo.reasons import happened, reviewed, time_alone
from lealtad_demo.turns import Turn, day_of, moves
from lealtad_demo.words import COOL_DOWN, OPEN, day, percent


def change(turn: Turn, previous: Turn | None, past: Past, evidence: Evidence, names: Names) -> str:
    """Return the sentence of a turning point, its causes and changes; `previous` is the one in the line before."""
    events = happened(turn, past, evidence)
    since = turn.before if events else decision_before_silence(turn, previous, past, evidence.decisions)
    last = previous.after if previous else None
    entered, left = moves(turn)
    changes = [
        *churn(last, since, turn.after),
        *([f"enters {names.listed(entered, ' and ')}"] if entered else []),
        *([f"leaves {names.listed(left, ' and ')}"] if left else []),
        *promotions(turn),
        *next_best(last, turn, names),
    ]
    return f"{listed([*events, *time_alone(turn, since, past, events)]) or reviewed(turn, names)}: {'; '.join(changes)}"


def listed(reasons: Sequence[str]) -> str:
    """Return reasons as a list in words: return, complaint and cool-down over."""
    return " and ".join([", ".join(reasons[:-1]), reasons[-1]] if len(reasons) > 1 else reasons)


def decision_before_silence(turn: Turn, previous: Turn | None, past: Past, decisions: Sequence[Json]) -> Json | None:
    """Return the decision before the silence: the last one shown, or a later one on the day of the last purchase."""
    bought = past.last_bought_before(turn.on)
    if bought is None or (previous and previous.on >= bought):
        return previous.after if previous else None
    return next((each for each in reversed(decisions[: turn.position]) if day_of(each) <= bought), None)


def churn(last: Json | None, since: Json | None, now: Json) -> Iterator[str]:
    """Yield the change of the churn score since the line before, with an intermediate score if there was one."""
    if probability_of(now) is None:
        return
    first = last if probability_of(last) is not None else since
    path = [(each, note) for each, note in ((first, ""), (since, " meanwhile"), (now, "")) if each]
    steps = [next(group) for _, group in groupby(path, key=lambda step: probability_of(step[0]))]
    known = [(each, note) for each, note in steps if probability_of(each) is not None]
    if len(known) > 1 or probability_of(first) is None:
        bands = [band for band, _ in groupby(str(band_of(each)) for each, _ in known)]
        scores = [f"{percent(str(probability_of(each)))}{note}" for each, note in known]
        yield f"churn {' -> '.join(scores)} ({' -> '.join(bands)})"


def promotions(turn: Turn) -> Iterator[str]:
    """Yield whether promotions rest from now on, or are allowed again."""
    before, after = mute_of(turn.before), mute_of(turn.after)
    if after == before:
        return
    if after == OPEN:
        yield "promotions rest while the complaint is open"
    elif after == COOL_DOWN:
        yield f"promotions rest{until(turn.after)}"
    else:
        yield "promotions are allowed again"


def until(decision: Json) -> str:
    """Return the end of the rest after a complaint, if a ruled-out offer states it."""
    ends = [each["until"] for each in decision["ruled_out"] if each["rule"] == COOL_DOWN and each["until"]]
    return f" until {day(datetime.fromisoformat(ends[0]))}" if ends else " a while longer"


def next_best(last: Json | None, turn: Turn, names: Names) -> Iterator[str]:
    """Yield the next-best action if it differs from the line before, or if promotions begin or cease to rest."""
    now, text = turn.after, action(turn.after, names)
    known, muting = action(last, names) if last else None, mute_of(turn.before) != mute_of(turn.after)
    if text == known:
        yield from [f"next-best action stays {text}" if now["action"] else f"still {text}"] if muting else []
    elif now["action"] is None:
        yield text
    elif last and offer_of(now) == offer_of(last):
        yield f"next-best action stays, now {channel(now['action']['channel'])}"
    else:
        yield f"next-best action becomes {text}{without_consent(now)}"


def without_consent(decision: Json) -> str:
    """Return a note that a service message needs no consent, if consent to marketing is missing for some channel."""
    missing = any(each["rule"] == "no-consent" for each in decision["ruled_out"])
    service = decision["action"]["contact_class"] == "transactional"
    return " (a service message: needs no consent to marketing)" if missing and service else ""


def action(decision: Json, names: Names) -> str:
    """Return the best action, or the reason why there is none."""
    best = decision["action"]
    if best is None:
        return f"no next-best action for now ({plain(decision['reason'])})"
    return f"{names.offer(best['offer']['key'])} {channel(best['channel'])}"
