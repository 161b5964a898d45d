"""The contact policy as callers see it."""

from importlib.resources import files

from pydantic import ConfigDict
from pydantic.config import JsonDict
from pydantic_core import from_json

from campaigns.domain.policy import ContactPolicy
from lealtad.policies import PolicyStamp

SHIPPED: JsonDict = from_json(files("campaigns.policy").joinpath("shipped.json").read_bytes())


class PolicyIn(ContactPolicy):
    """The whole contact policy."""

    model_config = ConfigDict(json_schema_extra={"examples": [SHIPPED]})


class PolicyOut(ContactPolicy, PolicyStamp):
    """A version of the contact policy."""
