"""What segments look like over HTTP."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from lealtad.http import RequestBody, SlugText
from segmentation.domain.rules import BoundedRule, Rule, is_behavioural
from segmentation.domain.segments import Segment, SegmentVersion, VersionStatus
from segmentation.domain.values import refused

Name = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["Lapsing"])]
Description = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")]
RULE_EXAMPLE = {
    "kind": "and",
    "rules": [
        {"kind": "activity", "metric": "purchases", "within_days": 365, "operator": ">=", "value": 2},
        {"kind": "since", "moment": "last-purchase", "operator": ">", "days": 60},
        {"kind": "not", "rule": {"kind": "attribute", "attribute": "open-complaint", "operator": "=", "value": True}},
    ],
}
RuleIn = Annotated[BoundedRule, Field(examples=[RULE_EXAMPLE])]


class NewSegment(RequestBody):
    """A segment to be created."""

    key: SlugText
    name: Name
    description: Description = ""
    rule: RuleIn


class SegmentChange(RequestBody):
    """What is to be another in the next version; what is left out stays."""

    name: Name | None = None
    description: Description | None = None
    rule: RuleIn | None = None

    @model_validator(mode="after")
    def _something_changes(self) -> Self:
        if self.name is None and self.description is None and self.rule is None:
            raise refused("name at least one of 'name', 'description' and 'rule'")
        return self


class Version(BaseModel):
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
    def of(cls, stored: SegmentVersion) -> "Version":
        """Return what callers see of a stored version."""
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


class SegmentOut(BaseModel):
    """A segment: the version in force, and the one in preparation beside it."""

    segment_id: UUID
    key: str
    latest_version: int
    active: Version | None = Field(description="null: its first version is in preparation, or it is archived")
    preparing: Version | None
    evaluated: int | None = Field(description="Customers evaluated so far under the version in preparation")
    members: int | None = Field(description="Announced members; null where it was not asked for")
    created_at: datetime
    archived_at: datetime | None

    @classmethod
    def of(
        cls,
        segment: Segment,
        versions: list[SegmentVersion],
        evaluated: int | None = None,
        members: int | None = None,
    ) -> "SegmentOut":
        """Return what callers see of a segment with its current versions."""
        shown = {version.status: Version.of(version) for version in versions}
        return cls(
            segment_id=segment.segment_id,
            key=segment.key,
            latest_version=segment.latest_version,
            active=shown.get(VersionStatus.ACTIVE),
            preparing=shown.get(VersionStatus.PREPARING),
            evaluated=evaluated,
            members=members,
            created_at=segment.created_at,
            archived_at=segment.archived_at,
        )


class PreviewRequest(RequestBody):
    """A rule to be tried out."""

    rule: RuleIn
    samples: int = Field(default=5, ge=0, le=20, description="Matching customers to be named")


class Preview(BaseModel):
    """What a rule would select now."""

    evaluated: int = Field(description="Customers the rule was evaluated for")
    matching: int = Field(description="Those of them that meet it")
    sampled: bool = Field(description="The base is large: `evaluated` is a random sample of it")
    customers: int = Field(description="Customers in the base; an estimate where it is sampled")
    estimated_members: int = Field(description="Members the segment would have in the whole base")
    samples: list[UUID]
    as_of: datetime
