"""Sentences about a customer's past, score, segments and complaints."""

from collections.abc import Mapping
from datetime import date, datetime

from lealtad_demo.chronicle import Past
from lealtad_demo.facts import CURRENCY, Json
from lealtad_demo.names import Names, channel, plain
from lealtad_demo.simulator import LABEL

OPEN, COOL_DOWN = "complaint-open", "complaint-cool-down"
"""Reasons why promotions rest."""
REASONS_SHOWN = 3


def day(moment: date) -> str:
    """Return a date in plain writing: 3 Feb 2011."""
    return f"{moment.day} {moment:%b %Y}"


def minute(moment: str) -> str:
    """Return a moment to the minute: 3 Feb 2011 13:31."""
    at = datetime.fromisoformat(moment)
    return f"{day(at)} {at:%H:%M}"


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
    """Return number, period and amount of purchases, and the time since the last one."""
    gap = f", every {counted(round(past.usual_gap), 'day')} on average" if past.usual_gap else ""
    returns = f", {counted(past.returns, 'return')}" if past.returns else ""
    return (
        f"Bought on {counted(len(past.bought_on), 'day')} "
        f"from {day(past.bought_on[0])} to {day(past.bought_on[-1])}{gap}: "
        f"{counted(past.purchases, 'invoice')}{returns}, {money(net)} net. "
        f"Last purchase {ago(past.silent_days(today))}."
    )


def ago(days: int) -> str:
    """Return a number of days ago in words."""
    return f"{counted(days, 'day')} ago" if days else "today"


def risk(score: Json, decision: Json) -> str:
    """Return the churn score, its date, and its main reasons with their direction.

    The value at risk is the published one of the decision; churn-scoring may have a newer exact value.
    """
    if score["probability"] is None:
        return f"no score ({plain(score['no_score_reason'])})"
    reasons = "; ".join(reason_text(reason) for reason in score["reasons"][:REASONS_SHOWN])
    value = (decision["inputs"]["score"] or {}).get("value_at_risk")
    at_risk = f", {money({'amount': value, 'currency': CURRENCY})} at risk as campaigns knows it" if value else ""
    return (
        f"{percent(score['probability'])} chance of no purchase in {score['horizon_days']} days "
        f"({score['band']}{at_risk}), as of {day(datetime.fromisoformat(score['as_of']))}. "
        f"Why, compared with a first-time buyer: {reasons or 'no difference'}."
    )


def reason_text(reason: Json) -> str:
    """Return a reason with its effect on the score."""
    points, text = round(float(reason["effect"]) * 100), str(reason["text"])
    if points == 0:
        return text
    return f"{text} ({'raises' if points > 0 else 'lowers'} it by {counted(abs(points), 'point')})"


def membership(segments: Json, names: Names, entered_on: Mapping[str, date]) -> str:
    """Return value and segments in the order of entry; `entered_on` has the entry days of the story's lines."""
    value = segments["value"]
    rfm = value["rfm"]
    quintiles = f", RFM {rfm['recency']}-{rfm['frequency']}-{rfm['monetary']}" if rfm else ""
    tier = f"{value['tier']} tier" if value["tier"] else f"no tier ({plain(value['unknown_reason'])})"
    entered: dict[date, list[str]] = {}
    for membership in segments["segments"]:
        key, since = membership["key"], datetime.fromisoformat(membership["since"]).date()
        again = " (left and entered again within that day)" if entered_on.get(key, since) < since else ""
        entered.setdefault(since, []).append(f"{names.segment(key)}{again}")
    members = "; ".join(f"since {day(since)}: {', '.join(each)}" for since, each in sorted(entered.items()))
    return f"{tier}{quintiles}; {members or 'in no segment'}."


def complaint(case: Json) -> str:
    """Return subject and due time of a complaint, which is simulated."""
    return (
        f"complains about return {case['about']['fact_id']}: {plain(case['cause'])}, severity {case['severity']} "
        f"({LABEL}); due {minute(case['due_at'])}{for_tier(case)}"
    )


def for_tier(case: Json) -> str:
    """Return the service tier that set the due time."""
    return f", service tier {case['tier']}" if case["tier"] else ""


def missed_due_time(case: Json) -> bool:
    """Return whether the complaint was open at its due time."""
    if case["resolved_at"] is None:
        return case["breached_at"] is not None
    return datetime.fromisoformat(case["resolved_at"]) > datetime.fromisoformat(case["due_at"])


def breach(case: Json) -> str:
    """Return that a complaint was open at its due time."""
    return f"the complaint is due at {datetime.fromisoformat(case['due_at']):%H:%M} and still open ({LABEL})"


def resolution(case: Json) -> str:
    """Return the time of a resolution, and whether it was in time."""
    resolved = datetime.fromisoformat(case["resolved_at"])
    when = "late" if missed_due_time(case) else "in time"
    return f"the complaint is resolved {when}, at {resolved:%H:%M} ({LABEL})"


def contact(decision: Json, names: Names) -> str:
    """Return an offer that was made, with the simulated answer."""
    best, answers = decision["action"], [given["response"] for given in decision["responses"]]
    answer = next((each for each in answers if each != "presented"), "no answer")
    return f"offered {names.offer(best['offer']['key'])} {channel(best['channel'])}: {answer} ({LABEL})"
