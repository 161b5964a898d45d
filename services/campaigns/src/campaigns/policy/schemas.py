"""The contact policy as callers see it."""

from datetime import datetime

from pydantic import Field

from campaigns.domain.policy import ContactPolicy


class PolicyOut(ContactPolicy):
    """A version of the contact policy."""

    version: int
    changed_at: datetime
    changed_by: str = Field(description="Subject of the token, or `shipped`")
