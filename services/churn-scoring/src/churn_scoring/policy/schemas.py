"""What the API shows of the scoring policy."""

from datetime import datetime

from pydantic import BaseModel, Field

from churn_scoring.domain.policy import ScoringPolicy


class VersionedPolicy(BaseModel):
    """The scoring policy in force."""

    version: int = Field(ge=1, description="Grows by one with every change; the ETag")
    policy: ScoringPolicy
    changed_at: datetime = Field(description="Business time")
    changed_by: str = Field(description="Subject of the token that changed it")
