"""Requests and answers of responses."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from campaigns.decisions.schemas import Decision
from campaigns.domain.customer import Response
from campaigns.fields import Reported
from lealtad.events.catalog.shared_types import Slug
from lealtad.http import RequestBody, SlugText, Timestamp


class NewResponse(RequestBody):
    """A response to the offer of a decision."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"response": "presented"}, {"response": "rejected", "reason": "too-expensive"}]
        },
    )

    response: Response
    occurred_at: Timestamp | None = Field(
        default=None,
        description="Business time; absent: now. A time in the future, or before the decision or the presentation, by "
        "no more than the policy's `clock_tolerance_s` is moved to the nearest possible one. `presented` longer ago "
        "than that is a report of a contact that took place: it is stored and counted, and no rule refuses it",
    )
    reason: SlugText | None = Field(default=None, description="Reason of the refusal", examples=["too-expensive"])


class OfferResponse(BaseModel):
    """A recorded response, and the customer's next-best action after it."""

    response_id: UUID
    event_id: UUID = Field(description="Trace it through the services by this id")
    decision_id: UUID
    customer_id: UUID
    response: Response
    occurred_at: datetime
    reason: Slug | None
    reported: Reported
    rule: Slug | None = Field(
        description="The rule that forbade the reported contact when it took place", examples=["complaint-open"]
    )
    next_best_action: Decision
