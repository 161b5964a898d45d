"""The five services' data about one customer, the only source of the stories."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from lealtad_demo.client import CAMPAIGNS, CHURN, COMPLAINTS, PROFILE, SEGMENTATION, Apis
from lealtad_demo.facts import Json, customer_ref

MOST_DECISIONS = 200
PURCHASE, RETURN = "purchase", "return"


class Fact(NamedTuple):
    """A purchase or a return, and its day."""

    kind: str
    on: date


@dataclass(frozen=True, slots=True)
class Evidence:
    """The services' answers about one customer, as JSON."""

    profile: Json
    """The 360 view of customer-profile."""
    facts: Mapping[str, Fact]
    """Purchases and returns from customer-profile, by the id of their event."""
    score: Json
    segments: Json
    decisions: list[Json]
    """The newest 200 decisions of campaigns, the oldest first."""
    cases: list[Json]

    @property
    def current_decision(self) -> Json:
        """Return the current decision."""
        return next(decision for decision in reversed(self.decisions) if decision["standing"])


async def gather(apis: Apis, customer: str) -> Evidence:
    """Return the data of all five services about a customer of the shop."""
    ref = customer_ref(customer)
    profile, purchases, returns, score, segments, decisions, cases = await asyncio.gather(
        apis.get(PROFILE, f"/v1/customers/{ref}"),
        _facts(apis, PURCHASE, ref),
        _facts(apis, RETURN, ref),
        apis.get(CHURN, f"/v1/customers/{ref}/churn-score"),
        apis.get(SEGMENTATION, f"/v1/customers/{ref}/segments"),
        apis.get(CAMPAIGNS, f"/v1/customers/{ref}/decisions", limit=MOST_DECISIONS),
        apis.get(COMPLAINTS, "/v1/cases", customer=ref),
    )
    return Evidence(profile, purchases | returns, score, segments, decisions["items"][::-1], cases["items"])


async def _facts(apis: Apis, kind: str, ref: str) -> dict[str, Fact]:
    return {
        fact["event_id"]: Fact(kind, datetime.fromisoformat(fact["occurred_at"]).date())
        async for fact in apis.items(PROFILE, f"/v1/{kind}s", customer=ref)
    }


def kind_of(decision: Json) -> str | None:
    """Return the kind of the best offer, or None without an action."""
    action = decision["action"]
    return str(action["offer"]["kind"]) if action else None


def action_of(decision: Json) -> tuple[str, str] | None:
    """Return the key and channel of the best offer, or None without an action."""
    action = decision["action"]
    return (action["offer"]["key"], action["channel"]) if action else None


def offer_of(decision: Json) -> str | None:
    """Return the key of the best offer, or None without an action."""
    return (action_of(decision) or (None, None))[0]


def mute_of(decision: Json | None) -> str | None:
    """Return why promotions rested at a decision, or None."""
    return decision["mute"] if decision else None


def probability_of(decision: Json | None) -> str | None:
    """Return the churn score of a decision, or None."""
    score = decision["inputs"]["score"] if decision else None
    return score["probability"] if score else None


def band_of(decision: Json) -> str | None:
    """Return the churn band of a decision, or None without a score."""
    return (decision["inputs"]["score"] or {}).get("band")


def segments_of(decision: Json) -> set[str]:
    """Return the segment keys of a decision."""
    return set((decision["inputs"]["segments"] or {}).get("versions", ()))
