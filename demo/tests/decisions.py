"""Decisions of campaigns, as short as a test can have them."""

from lealtad_demo.names import Names

NAMES = Names(
    {"reward-gift": "A gift", "recovery-call": "We call you", "renewal": "Renew"},
    {"loyal": "Loyal customers", "lapsing": "Lapsing"},
    frozenset({"renewal"}),
)


def a_decision(day=1, offer=None, churn=None, segments=(), mute=None, **changes):
    """Return a decision of a day in March; `churn` is a probability and a band."""
    probability, band = churn or (None, None)
    chosen = {"kind": str(offer).split("-")[0], "key": offer}
    action = {"offer": chosen, "channel": "email", "contact_class": "promotional"}
    return {
        "valid_until": None,
        "decided_at": f"2011-03-{day:02}T17:00:00Z",
        "action": action if offer else None,
        "inputs": {
            "score": {"band": band, "probability": probability, "value_at_risk": "243.82"} if churn else None,
            "segments": {"versions": dict.fromkeys(segments, 1)},
        },
        "mute": mute,
        "muted": mute is not None,
        "reason": "no-consent",
        "responses": [],
        "causes": {"ids": []},
        "ruled_out": [],
    } | changes


def excluded(offer, rule, stage="applicability", *, detail="why", channels=("email",), until=None):
    """Return why an offer was ruled out."""
    return {
        "offer": {"key": offer},
        "rule": rule,
        "stage": stage,
        "detail": detail,
        "channels": list(channels),
        "until": until,
    }


def answers(day, *responses):
    """Return what the customer did with an offer."""
    return [{"response": response, "occurred_at": f"2011-03-{day:02}T17:00:00Z"} for response in responses]
