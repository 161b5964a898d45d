"""Touchpoint: company and customer met, a moment of truth."""

from typing import Literal

from customer_profile.facts.kinds.descriptor import FactContext, FactKind, FactList, ViewPart
from customer_profile.facts.kinds.totals import count, last
from customer_profile.facts.schemas import FactRequest, RecordedFact, documented
from lealtad.events.catalog.customer_profile import Phase, Sentiment, TouchpointRecorded
from lealtad.http import SlugText

EXAMPLE = {
    "type": "touchpoint",
    "customer": "web-shop:17850",
    "source": {"system": "call-centre", "fact_id": "call-77"},
    "occurred_at": "2011-03-01T08:50:00+00:00",
    "channel": "call-centre",
    "kind": "delivery-question",
    "phase": "post-sale",
    "sentiment": "negative",
    "aspect": "delivery-time",
}


class NewTouchpoint(FactRequest):
    """Company and customer met: a moment of truth."""

    model_config = documented(EXAMPLE)

    type: Literal["touchpoint"] = "touchpoint"
    kind: SlugText
    phase: Phase
    sentiment: Sentiment | None = None
    aspect: SlugText | None = None


class Touchpoint(RecordedFact, TouchpointRecorded):
    """A recorded touchpoint."""


def decide_touchpoint(fact: NewTouchpoint, context: FactContext) -> TouchpointRecorded:
    """Return the event of the touchpoint."""
    return TouchpointRecorded(
        **context.shared, kind=fact.kind, phase=fact.phase, sentiment=fact.sentiment, aspect=fact.aspect
    )


TOUCHPOINT = FactKind(
    name="touchpoint",
    plural="touchpoints",
    description="""Record a touchpoint.

    A moment of truth: its kind, the phase of the life cycle, the channel, and how the customer felt. No free text: it
    travels with the event.
    """,
    request=NewTouchpoint,
    resource=Touchpoint,
    events=(TouchpointRecorded,),
    decide=decide_touchpoint,
    listed=FactList(of_customer=True),
    part=ViewPart(),
    totals=(count("touchpoints", TouchpointRecorded), last("last_touchpoint_at", TouchpointRecorded)),
)
