"""Requests and answers of the contact policy."""

from importlib.resources import files

from pydantic import ConfigDict, field_validator
from pydantic.config import JsonDict
from pydantic_core import from_json

from campaigns.domain.policy import ContactPolicy, Situation
from lealtad.http import FieldWarnings, SafeValueError
from lealtad.policies import PolicyStamp

DEFAULTS: JsonDict = from_json(files("campaigns.policy").joinpath("defaults.json").read_bytes())


class NewContactPolicy(ContactPolicy):
    """The whole contact policy."""

    model_config = ConfigDict(json_schema_extra={"examples": [DEFAULTS]})

    @field_validator("situations")
    @classmethod
    def _require_possible_audiences(cls, situations: list[Situation]) -> list[Situation]:
        for number, situation in enumerate(situations, start=1):
            if contradiction := situation.audience.contradiction:
                raise SafeValueError(f"the audience of number {number} {contradiction}: nobody would ever be in it")
        return situations


class ContactPolicyVersion(ContactPolicy, PolicyStamp):
    """A version of the contact policy."""


class ChangedContactPolicy(ContactPolicyVersion):
    """The contact policy as a request left it, with warnings about the audiences of its situations."""

    warnings: FieldWarnings
