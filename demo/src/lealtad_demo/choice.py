"""Sentences about the decision that holds now: the numbers of its priority, and what was ruled out."""

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
"""Stages of a decision, the last one first: what came further says more."""
NO_CASE = ("no-open-complaint", "no-recent-resolution")
"""Rules that rule recovery out for all who have nothing to complain about: no near misses."""
REASONS = {
    "already-accepted": "taken lately",
    "already-presented": "offered lately",
    "no-consent": f"no consent to marketing ({LABEL})",
}
"""Rules that are told in other words than their own."""


def decision(standing: Json, names: Names) -> str:
    """Say the decision with the numbers of its priority."""
    best = standing["action"]
    if best is None:
        return f"no action: {plain(standing['reason'])}{resting(standing)}."
    first = standing["ranked"][0]
    belief = first["belief"]
    expected = belief["alpha"] / (belief["alpha"] + belief["beta"])
    return (
        f"{names.offer(best['offer']['key'])} {channel(best['channel'])}{resting(standing)}. "
        f"Why: best of {counted(len(standing['ranked']), 'possible action')}; priority {first['priority']:.3g} "
        f"{CURRENCY} = acceptance {percent(first['propensity'])} (drawn for exploration, around {percent(expected)}) "
        f"x situation {first['context']:g}{situations(first)} x value {first['value']:.2f} {CURRENCY}{lever(first)}."
    )


def percent(share: float) -> str:
    """Return a share with the digits that a calculator needs."""
    return f"{share * 100:.3g}%"


def resting(standing: Json) -> str:
    """Say that promotions rest, if they do."""
    if not standing["muted"]:
        return ""
    return f" (promotions rest{until(standing) if standing['mute'] == COOL_DOWN else ': complaint open'})"


def situations(first: Json) -> str:
    """Say which situations weighed."""
    return f" ({', '.join(plain(each) for each in first['situations'])})" if first["situations"] else ""


def lever(first: Json) -> str:
    """Say the marketing managers' own weight, where they gave one."""
    return "" if first["lever"] == 1 else f" x the managers' weight {first['lever']:g}"


def ruled_out(evidence: Evidence, names: Names) -> list[str]:
    """Say which channels the chosen offer could not take, and the nearest misses among the others, one of each rule."""
    standing, rejected = evidence.standing, rejected_offers(evidence.decisions)
    refused = sorted(standing["ruled_out"], key=lambda each: STAGES.index(each["stage"]))
    possible = {action["offer"]["key"] for action in standing["ranked"]}
    chosen = standing["action"]["offer"]["key"] if standing["action"] else None
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
    told: set[str] = set()
    for each in refused:
        key, rule = each["offer"]["key"], each["rule"]
        if rule not in NO_CASE and told.isdisjoint({key, rule}):
            told |= {key, rule}
            yield f"not {names.offer(key)}: {_reason(each, names, rejected)}"


def _reason(refused: Json, names: Names, rejected: Container[str] = ()) -> str:
    """Return why an offer was ruled out, without keys and channels, and until when where that is known."""
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
