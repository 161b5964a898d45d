"""What the five services themselves say about one customer: the only source of the stories' judgements."""

import asyncio
from dataclasses import dataclass

from lealtad_demo.client import CAMPAIGNS, CHURN, COMPLAINTS, PROFILE, SEGMENTATION, Apis
from lealtad_demo.facts import Json, customer_ref

MOST_DECISIONS = 200


@dataclass(frozen=True, slots=True)
class Evidence:
    """The services' answers about one customer, as JSON."""

    profile: Json
    """The 360 view of customer-profile."""
    score: Json
    segments: Json
    decisions: list[Json]
    """Of campaigns, the oldest first; the newest 200."""
    cases: list[Json]

    @property
    def standing(self) -> Json:
        """The decision that holds now."""
        return next(decision for decision in reversed(self.decisions) if decision["standing"])


async def gather(apis: Apis, customer: str) -> Evidence:
    """Ask all five services about a customer of the shop."""
    ref = customer_ref(customer)
    profile, score, segments, decisions, cases = await asyncio.gather(
        apis.get(PROFILE, f"/v1/customers/{ref}"),
        apis.get(CHURN, f"/v1/customers/{ref}/churn-score"),
        apis.get(SEGMENTATION, f"/v1/customers/{ref}/segments"),
        apis.get(CAMPAIGNS, f"/v1/customers/{ref}/decisions", limit=MOST_DECISIONS),
        apis.get(COMPLAINTS, "/v1/cases", customer=ref),
    )
    return Evidence(profile, score, segments, decisions["items"][::-1], cases["items"])


def kind_of(decision: Json) -> str | None:
    """Return the kind of offer that was best; None: no action was."""
    action = decision["action"]
    return str(action["offer"]["kind"]) if action else None


def turning_points(decisions: list[Json]) -> list[Json]:
    """Return the decisions by which the customer's situation changed: kind of action, churn band, or mute.

    Before the first score and the first action there is nothing to tell.
    """
    points: list[Json] = []
    before: tuple[str | None, str | None, str | None] = (None, None, None)
    for decision in decisions:
        situation = (kind_of(decision), (decision["inputs"]["score"] or {}).get("band"), decision["mute"])
        if situation != before and decision["origin"] == "standing":
            points.append(decision)
            before = situation
    return points
