"""Request and answer models of previews."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from lealtad.http import FieldWarnings, RequestBody
from lealtad.scalars import WholeNumber
from segmentation.fields import SegmentRule


class PreviewRequest(RequestBody):
    """A rule to be tried on the base."""

    rule: SegmentRule
    samples: WholeNumber = Field(default=5, ge=0, le=20, description="Matching customers to be named")


class Preview(BaseModel):
    """The customers that a rule would select now."""

    evaluated: int = Field(description="Customers the rule was evaluated for")
    matching: int = Field(description="Those of them that meet it")
    sampled: bool = Field(description="The base is large: `evaluated` is a random sample of it")
    customers: int = Field(description="Customers in the base; an estimate where it is sampled")
    estimated_members: int = Field(description="Members the segment would have in the whole base")
    samples: list[UUID]
    as_of: datetime
    warnings: FieldWarnings
