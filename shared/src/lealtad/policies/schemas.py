"""Fields of an answer beside a policy's own settings."""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, Field

from lealtad.http.parameters import NumberInAddress

LARGEST_INTEGER = 2_147_483_647
"""The largest value of PostgreSQL's type `integer`."""

VersionInPath = Annotated[
    NumberInAddress, Path(ge=1, le=LARGEST_INTEGER, description="A version of the policy", examples=[1])
]


class PolicyStamp(BaseModel):
    """The version of a policy, its time and its author."""

    version: int = Field(ge=1, description="Grows by one with every change; the ETag")
    changed_at: datetime = Field(description="Business time")
    changed_by: str = Field(description="Subject of the token, or `shipped`")
