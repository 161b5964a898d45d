"""The running stack as the stories see it: what customers and clerks do, the passing of time, and what is known."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from lealtad_demo.client import CAMPAIGNS, CHURN, COMPLAINTS, PROFILE, SEGMENTATION
from lealtad_demo.stage import Stage
from lealtad_local import clock
from lealtad_local.trace import TracedEvent, follow

SYSTEM = "e2e-shop"
STEP = timedelta(days=10)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class World:
    """Customers are named by reference; every story has customers of its own."""

    stage: Stage

    @property
    def now(self) -> datetime:
        """The business time."""
        return clock.read(self.stage.stack.home)

    async def settled(self) -> None:
        """Wait until nothing is under way and nothing is due."""
        await self.stage.settled()

    async def pass_days(self, days: int) -> None:
        """Let business time pass in steps of at most ten days, and all that is due with each."""
        end = self.now + timedelta(days=days)
        while self.now < end:
            await self.stage.move_to(min(self.now + STEP, end))
        await self.settled()

    async def newcomer(self) -> str:
        """Register a customer who consents to marketing, and return the reference."""
        external_id = uuid4().hex[:12]
        customer = f"{SYSTEM}:{external_id}"
        known = {"external_ids": [{"source": SYSTEM, "external_id": external_id}], "country": "GB"}
        consent = {"purpose": "marketing", "granted": True, "source": "form", "given_at": self.now.isoformat()}
        await self.stage.apis.post(PROFILE, "/v1/customers", known)
        await self.stage.apis.post(PROFILE, f"/v1/customers/{customer}/consents", consent)
        await self.settled()
        return customer

    async def buy(self, customer: str, price: str = "40.00", days_ago: int = 0) -> str:
        """Record an invoice of one line; return its event."""
        return await self._fact("/v1/purchases", self.invoice(customer, price, days_ago))

    def invoice(self, customer: str, price: str, days_ago: int = 0) -> Json:
        """Return an invoice of one line, not recorded yet."""
        line = {"sku": "lantern", "product_line": "lanterns", "quantity": "1", "unit_price": price}
        return {**self._common(customer, days_ago), "lines": [line]}

    async def meet(self, customer: str) -> str:
        """Record a visit that decides nothing; return its event."""
        return await self._fact("/v1/touchpoints", {**self._common(customer), "kind": "visit", "phase": "presale"})

    async def record(self, customer: str, *facts: Json) -> None:
        """Record facts of any kind in one batch."""
        batch = {"facts": [{**self._common(customer), **fact} for fact in facts]}
        answer = await self.stage.apis.post(PROFILE, "/v1/batches", batch)
        assert answer["recorded"] == len(facts), answer

    async def complain(self, customer: str) -> Json:
        """Open a case."""
        said = {"kind": "complaint", "severity": "high", "description": "It arrived broken."}
        return dict(await self.stage.apis.post(COMPLAINTS, "/v1/cases", {**self._common(customer), **said}))

    async def resolve(self, case: Json) -> None:
        """Resolve a case."""
        await self.stage.apis.post(COMPLAINTS, f"/v1/cases/{case['id']}/resolve")

    async def respond(self, decision: Json, *responses: str) -> None:
        """Answer the offer of a decision."""
        path = f"/v1/decisions/{decision['decision_id']}/responses"
        for response in responses:
            await self.stage.apis.post(CAMPAIGNS, path, {"response": response})

    async def manage(self) -> None:
        """Put the policies in force once more and create a segment of nobody: readers keep copies of them."""
        await self.stage.apis.amend(CHURN, "/v1/scoring-policy", {})
        await self.stage.apis.amend(SEGMENTATION, "/v1/value-policy", {})
        rule = {"kind": "activity", "metric": "purchases", "within_days": 30, "operator": ">=", "value": 1_000_000}
        segment = {"key": f"nobody-{uuid4().hex[:8]}", "name": "Nobody", "rule": rule}
        await self.stage.apis.post(SEGMENTATION, "/v1/segments", segment)

    async def profile(self, customer: str) -> Json:
        """Read the 360 view."""
        return dict(await self.stage.apis.get(PROFILE, f"/v1/customers/{customer}"))

    async def score(self, customer: str) -> Json:
        """Read the churn score."""
        return dict(await self.stage.apis.get(CHURN, f"/v1/customers/{customer}/churn-score"))

    async def segments(self, customer: str) -> Json:
        """Read everything that segmentation says about the customer."""
        return dict(await self.stage.apis.get(SEGMENTATION, f"/v1/customers/{customer}/segments"))

    async def decision(self, customer: str) -> Json:
        """Read the standing decision."""
        return dict(await self.stage.apis.get(CAMPAIGNS, f"/v1/customers/{customer}/next-best-action"))

    async def decisions(self, customer: str) -> list[Json]:
        """Read all decisions about the customer."""
        return [item async for item in self.stage.apis.items(CAMPAIGNS, f"/v1/customers/{customer}/decisions")]

    async def trace(self, event_id: str) -> TracedEvent:
        """Follow an event through all services."""
        return await follow(self.stage.stack, self.stage.operations, event_id)

    async def _fact(self, path: str, body: Json) -> str:
        return str((await self.stage.apis.post(PROFILE, path, body))["event_id"])

    def _common(self, customer: str, days_ago: int = 0) -> Json:
        occurred_at = self.now - timedelta(days=days_ago)
        source = {"system": SYSTEM, "fact_id": uuid4().hex}
        return {"source": source, "customer": customer, "occurred_at": occurred_at.isoformat(), "channel": "web"}


def offer_of(decision: Json) -> str | None:
    """Return the key of the chosen offer, or None for no action."""
    return decision["action"]["offer"]["key"] if decision["action"] else None


def kind_of(decision: Json) -> str | None:
    """Return the kind of the chosen offer, or None for no action."""
    return decision["action"]["offer"]["kind"] if decision["action"] else None


def segment_keys(segments: Json) -> set[str]:
    """Return the keys of the segments that a customer is in."""
    return {segment["key"] for segment in segments["segments"]}


def events(traced: TracedEvent) -> list[TracedEvent]:
    """Return the event and all that it led to."""
    below = [event for children in traced.children.values() for child in children for event in events(child)]
    return [traced, *below]
