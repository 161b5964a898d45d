"""Payload models: the base class, and the root causes of derived events."""

from collections.abc import Iterable
from typing import Any, ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from lealtad.events.cause import Cause
from lealtad.events.topics import Topic

ROOTS_LISTED = 64
"""Most root facts in one derived event; the event holds only the number of the others."""


class EventData(BaseModel):
    """The data of one event type; subclasses declare their topic and event, and are registered by type.

    `class PurchaseRecorded(EventData, topic=ACTIVITY, event="purchase-recorded")` has the CloudEvents type
    `lealtad.activity.purchase-recorded.v1`. Within `v1` a model only grows, by optional fields.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    topic: ClassVar[Topic]
    type: ClassVar[str]

    def __init_subclass__(cls, topic: Topic | None = None, event: str | None = None, **kwargs: Any) -> None:
        """Register the class under its type."""
        super().__init_subclass__(**kwargs)
        if topic is not None and event is not None:
            cls.topic = topic
            cls.type = f"lealtad.{topic.name}.{event}.v1"
            CATALOG[cls.type] = cls


CATALOG: dict[str, type[EventData]] = {}
"""All event types by their CloudEvents type; the import of `lealtad.events.catalog` fills it."""


class Causes(BaseModel):
    """The root facts that an evaluation newly included."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    ids: list[UUID] = Field(max_length=ROOTS_LISTED, description="Root facts or due actions, oldest first")
    count: int = Field(ge=0, description="How many there were, listed or not")

    @classmethod
    def of(cls, causes: Iterable[Cause]) -> Self:
        """Return the union of the roots of `causes`, in ascending id."""
        causes = list(causes)
        roots = sorted({root for cause in causes for root in cause.roots})
        unlisted = sum(cause.root_count - len(cause.roots) for cause in causes)
        return cls(ids=roots[-ROOTS_LISTED:], count=len(roots) + unlisted)
