"""The contact policy as callers see it."""

from importlib.resources import files

from pydantic import ConfigDict, field_validator
from pydantic.config import JsonDict
from pydantic_core import from_json

from campaigns.domain.policy import ContactPolicy, Situation
from lealtad.http import SafeValueError
from lealtad.policies import PolicyStamp

SHIPPED: JsonDict = from_json(files("campaigns.policy").joinpath("defaults.json").read_bytes())


class NewContactPolicy(ContactPolicy):
    """The whole contact policy."""

    model_config = ConfigDict(json_schema_extra={"examples": [SHIPPED]})

    @field_validator("situations")
    @classmethod
    def _of_somebody(cls, situations: list[Situation]) -> list[Situation]:
        for number, situation in enumerate(situations, start=1):
            if contradiction := situation.audience.contradiction:
                raise SafeValueError(f"the audience of number {number} {contradiction}: nobody would ever be in it")
        return situations


class ContactPolicyVersion(ContactPolicy, PolicyStamp):
    """A version of the contact policy."""
