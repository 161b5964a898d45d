"""Sentences about the current decision: the numbers of its priority, and the offers ruled out."""

from collections.abc import Container, Iterable, Iterator
from datetime import datetime

from lealtad_demo.changes import until
from lealtad_demo.evidence import Evidence
from lealtad_demo.facts import CURRENCY, Json
from lealtad_demo.names import Names, channel, plain
from lealtad_demo.simulator import LABEL
from lealtad_demo.words import COOL_DOWN, counted, day

RULED_OUT_SHOWN = 4
STAGES = ("contact-policy", "suitability", "eligibility", "applicability")
"""Stages of a decision, the last one first, since an offer that came further is more informative."""
NO_CASE = ("no-open-complaint", "no-recent-resolution")
"""Rules that exclude recovery for customers without a complaint, which are no near misses."""
REASONS = {
    "already-accepted": "taken lately",
    "already-presented": "offered lately",
    "no-consent": f"no consent to marketing ({LABEL})",
}
"""Texts for rules whose own detail is too technical."""


def decision(current: Json, names: Names) -> str:
    """Return the sentence of the decision, with the numbers of its priority."""
    best = current["action"]
    if best is None:
        return f"no action: {plain(current['reason'])}{resting(current)}."
    first = current["ranked"][0]
    belief = first["belief"]
    expected = belief["alpha"] / (belief["alpha"] + belief["beta"])
    return (
        f"{names.offer(best['offer']['key'])} {channel(best['channel'])}{resting(current)}. "
        f"Why: best of {counted(len(current['ranked']), 'possible action')}; priority {first['priority']:.3g} "
        f"{CURRENCY} = acceptance {percent(first['propensity'])} (drawn for exploration, around {percent(expected)}) "
        f"x situation {first['context']:g}{situations(first)} x value {first['value']:.2f} {CURRENCY}{lever(first)}."
    )


def percent(share: float) -> str:
    """Return a share with three significant digits, enough to recalculate the priority."""
    return f"{share * 100:.3g}%"


def resting(current: Json) -> str:
    """Return a note if promotions rest."""
    if not current["muted"]:
        return ""
    return f" (promotions rest{until(current) if current['mute'] == COOL_DOWN else ': complaint open'})"


def situations(first: Json) -> str:
    """Return the situations that changed the priority."""
    return f" ({', '.join(plain(each) for each in first['situations'])})" if first["situations"] else ""


def lever(first: Json) -> str:
    """Return the marketing managers' weight, if it differs from 1."""
    return "" if first["lever"] == 1 else f" x the managers' weight {first['lever']:g}"


def ruled_out(evidence: Evidence, names: Names) -> list[str]:
    """Return excluded channels of the chosen offer, and near misses among the other offers, one per rule."""
    current, rejected = evidence.current_decision, rejected_offers(evidence.decisions)
    refused = sorted(current["ruled_out"], key=lambda each: STAGES.index(each["stage"]))
    possible = {action["offer"]["key"] for action in current["ranked"]}
    chosen = current["action"]["offer"]["key"] if current["action"] else None
    others = [each for each in refused if each["offer"]["key"] not in possible | names.contract_offers]
    return [
        *_channels([each for each in refused if each["offer"]["key"] == chosen], names),
        *_near_misses(others, names, rejected),
    ][:RULED_OUT_SHOWN]


def rejected_offers(decisions: Iterable[Json]) -> set[str]:
    """Return the offers that the customer rejected."""
    rejecting = (each for each in decisions if any(given["response"] == "rejected" for given in each["responses"]))
    return {each["action"]["offer"]["key"] for each in rejecting}


def _channels(refused: Iterable[Json], names: Names) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for each in refused:
        by_reason.setdefault(_reason(each, names), []).extend(channel(key) for key in each["channels"])
    for reason, channels in by_reason.items():
        yield f"not {' or '.join(channels)}: {reason}"


def _near_misses(refused: Iterable[Json], names: Names, rejected: set[str]) -> Iterator[str]:
    shown: set[str] = set()
    for each in refused:
        key, rule = each["offer"]["key"], each["rule"]
        if rule not in NO_CASE and shown.isdisjoint({key, rule}):
            shown |= {key, rule}
            yield f"not {names.offer(key)}: {_reason(each, names, rejected)}"


def _reason(refused: Json, names: Names, rejected: Container[str] = ()) -> str:
    """Return why an offer was ruled out, without keys and channels, and the end of that if known."""
    rule, detail = refused["rule"], str(refused["detail"])
    ends = f" (until {day(datetime.fromisoformat(refused['until']))})" if refused["until"] else ""
    if rule == "already-presented" and refused["offer"]["key"] in rejected:
        return f"offered and rejected lately{ends}"
    if rule in REASONS:
        return REASONS[rule] + ends
    head, found, keys = detail.partition(" segments ")
    if found:
        return (
            f"{'only' if head.startswith('needs') else 'not'} for members of {names.listed(keys.split(', '), ' or ')}"
        )
    return f"only {detail}" if rule == "churn-band" else detail + ends
