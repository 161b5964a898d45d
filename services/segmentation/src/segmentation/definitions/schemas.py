"""Request and answer models of segments."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, field_validator, model_validator
from pydantic.json_schema import SkipJsonSchema

from lealtad.http import FieldWarnings, RequestBody, ResourceKey, SafeValueError
from segmentation.domain.rules import Rule, is_behavioural
from segmentation.domain.segments import StoredSegment, StoredVersion, VersionStatus
from segmentation.domain.values import rule_error
from segmentation.fields import SegmentDescription, SegmentName, SegmentRule


class NewSegment(RequestBody):
    """A segment to be created."""

    key: ResourceKey = Field(examples=["lapsing-buyers"])
    name: SegmentName
    description: SegmentDescription = ""
    rule: SegmentRule


LEFT_OUT: Any = Field(default_factory=lambda: None)
"""Default of a field that may be left out and is never null; OpenAPI would show a plain default of null."""


class SegmentChanges(RequestBody):
    """Changes that make the next version; fields left out keep their values, and no field can be removed."""

    name: SegmentName | SkipJsonSchema[None] = LEFT_OUT
    description: SegmentDescription | SkipJsonSchema[None] = LEFT_OUT
    rule: SegmentRule | SkipJsonSchema[None] = LEFT_OUT

    @field_validator("name", "description", "rule", mode="before")
    @classmethod
    def _refuse_null(cls, value: Any) -> Any:
        # A default is not validated: None comes from the caller.
        if value is None:
            raise SafeValueError("cannot be removed; leave it out to keep its value")
        return value

    @model_validator(mode="after")
    def _require_a_change(self) -> Self:
        if self.name is None and self.description is None and self.rule is None:
            raise rule_error("name at least one of 'name', 'description' and 'rule'")
        return self


class SegmentVersion(BaseModel):
    """One version of a segment."""

    version: int
    status: VersionStatus
    name: str
    description: str
    rule: Rule
    behavioural: bool = Field(
        description="The rule looks at behaviour: a customer who may not be profiled is never in the segment"
    )
    created_at: datetime
    active_since: datetime | None = Field(description="null: not yet, or shipped with the service")

    @classmethod
    def of(cls, stored: StoredVersion) -> Self:
        """Return the resource of a stored version."""
        return cls(
            version=stored.version,
            status=stored.status,
            name=stored.name,
            description=stored.description,
            rule=stored.rule,
            behavioural=is_behavioural(stored.rule),
            created_at=stored.created_at,
            active_since=stored.active_since,
        )


class Segment(BaseModel):
    """A segment: the version in force, and the one in preparation beside it."""

    segment_id: UUID
    key: str
    latest_version: int
    active: SegmentVersion | None = Field(description="null: its first version is in preparation, or it is archived")
    preparing: SegmentVersion | None
    evaluated: int | None = Field(description="Customers evaluated so far under the version in preparation")
    members: int | None = Field(description="Announced members; null where it was not asked for")
    created_at: datetime
    archived_at: datetime | None

    @classmethod
    def of(
        cls,
        segment: StoredSegment,
        versions: list[StoredVersion],
        evaluated: int | None = None,
        members: int | None = None,
    ) -> Self:
        """Return the resource of a stored segment with its current versions."""
        by_status = {version.status: SegmentVersion.of(version) for version in versions}
        return cls(
            segment_id=segment.segment_id,
            key=segment.key,
            latest_version=segment.latest_version,
            active=by_status.get(VersionStatus.ACTIVE),
            preparing=by_status.get(VersionStatus.PREPARING),
            evaluated=evaluated,
            members=members,
            created_at=segment.created_at,
            archived_at=segment.archived_at,
        )


class ChangedSegment(Segment):
    """A segment as a request left it, with warnings about the rule that was sent."""

    warnings: FieldWarnings
