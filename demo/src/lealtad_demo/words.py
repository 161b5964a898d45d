"""Sentences about what the services answered."""

from datetime import date, datetime

from lealtad_demo.chronicle import Past
from lealtad_demo.facts import Json

RULED_OUT_SHOWN = 4
REASONS_SHOWN = 3
STAGES = ("contact-policy", "suitability", "eligibility", "applicability")
"""Stages of a decision, the last one first: what came further says more."""


def day(moment: date) -> str:
    """Return a date as people write it: 3 Feb 2011."""
    return f"{moment.day} {moment:%b %Y}"


def percent(probability: str) -> str:
    """Return a probability as a percentage."""
    return f"{float(probability):.0%}"


def money(amount: Json) -> str:
    """Return an amount of money with its currency."""
    return f"{float(amount['amount']):,.2f} {amount['currency']}"


def counted(number: int, thing: str) -> str:
    """Return a number of things: 1 return, 2 returns."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def bought(past: Past, net: Json, today: date) -> str:
    """Say how often, since when and how much the customer bought, and how long ago the last purchase is."""
    gap = f", usually every {past.usual_gap:g} days" if past.usual_gap else ""
    returns = f", {counted(past.returns, 'return')}" if past.returns else ""
    return (
        f"Bought on {counted(len(past.bought_on), 'day')} "
        f"from {day(past.bought_on[0])} to {day(past.bought_on[-1])}{gap}: "
        f"{counted(past.purchases, 'invoice')}{returns}, {money(net)} net. "
        f"Last purchase {counted(past.silent_days(today), 'day')} ago."
    )


def risk(score: Json) -> str:
    """Say the churn score with its main reasons."""
    if score["probability"] is None:
        return f"no score ({score['no_score_reason']})"
    reasons = "; ".join(reason["text"] for reason in score["reasons"][:REASONS_SHOWN])
    at_risk = f", {money(score['value_at_risk'])} at risk" if score["value_at_risk"] else ""
    return (
        f"{percent(score['probability'])} chance of no purchase in {score['horizon_days']} days "
        f"({score['band']}{at_risk}). Why: {reasons or 'as a newcomer'}."
    )


def standing(segments: Json) -> str:
    """Say value and segments, each with the day of entering."""
    value = segments["value"]
    rfm = value["rfm"]
    quintiles = f", RFM {rfm['recency']}-{rfm['frequency']}-{rfm['monetary']}" if rfm else ""
    tier = f"{value['tier']} tier" if value["tier"] else f"no tier ({value['unknown_reason']})"
    members = ", ".join(
        f"{membership['key']} since {day(datetime.fromisoformat(membership['since']))}"
        for membership in segments["segments"]
    )
    return f"{tier}{quintiles}; {members or 'in no segment'}."


def complaint(case: Json) -> str:
    """Say what a complaint was about; complaints are simulated."""
    return f"complained about return {case['about']['fact_id']}: {case['cause']}, {case['severity']} (simulated)"


def turn(decision: Json) -> str:
    """Say what was decided at a turning point, and on what."""
    score = decision["inputs"]["score"]
    known = score and score["probability"] is not None
    churn = f"churn {percent(score['probability'])} ({score['band']})" if known else "no churn score yet"
    return f"{churn}{muted(decision)} -> {action(decision)}"


def muted(decision: Json) -> str:
    """Say why promotions rest, if they do."""
    return f", promotions muted ({decision['mute']})" if decision["muted"] else ""


def action(decision: Json) -> str:
    """Say the best action, or why there is none."""
    best = decision["action"]
    if best is None:
        return f"no action ({decision['reason']})"
    return f"{best['offer']['key']} by {best['channel']}"


def decision(standing_decision: Json) -> str:
    """Say the standing decision with the numbers of its priority."""
    best = standing_decision["action"]
    if best is None:
        return f"no action: {standing_decision['reason']}{muted(standing_decision)}."
    first = standing_decision["ranked"][0]
    return (
        f'"{best["content"]["title"]}" ({best["offer"]["key"]}) by {best["channel"]}{muted(standing_decision)}. '
        f"Why: best of {counted(len(standing_decision['ranked']), 'possible action')}, "
        f"expected {first['priority']:.2f} = acceptance {first['propensity']:.0%} "
        f"x situation {first['context']:g} x value {first['value']:.2f} x lever {first['lever']:g}."
    )


def ruled_out(standing_decision: Json) -> list[str]:
    """Say which other offers were ruled out, and by which rule: one of each rule, those that came furthest first."""
    by_rule: dict[str, str] = {}
    for excluded in sorted(standing_decision["ruled_out"], key=lambda each: STAGES.index(each["stage"])):
        by_rule.setdefault(excluded["rule"], f"{excluded['offer']['key']}: {excluded['detail']} ({excluded['rule']})")
    return list(by_rule.values())[:RULED_OUT_SHOWN]


def contact(best: Json, answer: str | None) -> str:
    """Say that an offer was made, and what the simulated customer answered."""
    return f"offered {best['offer']['key']} by {best['channel']}: {answer or 'no answer'} (simulated)"
