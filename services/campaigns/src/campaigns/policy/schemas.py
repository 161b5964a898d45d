"""The contact policy as callers see it."""

from datetime import datetime
from importlib.resources import files

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict
from pydantic_core import from_json

from campaigns.domain.policy import ContactPolicy

SHIPPED: JsonDict = from_json(files("campaigns.policy").joinpath("shipped.json").read_bytes())


class PolicyIn(ContactPolicy):
    """The whole contact policy."""

    model_config = ConfigDict(json_schema_extra={"examples": [SHIPPED]})


class PolicyOut(ContactPolicy):
    """A version of the contact policy."""

    version: int
    changed_at: datetime
    changed_by: str = Field(description="Subject of the token, or `shipped`")
