"""The scoring policy as callers see it."""

from pydantic import ConfigDict
from pydantic.config import JsonDict

from churn_scoring.domain.policy import ScoringPolicy
from lealtad.policies import PolicyStamp


def _whole(schema: JsonDict) -> None:
    schema["required"] = [*ScoringPolicy.model_fields]


class NewScoringPolicy(ScoringPolicy):
    """The whole scoring policy; its defaults are for the first version, not for what a change leaves out."""

    model_config = ConfigDict(json_schema_extra=_whole)


class ScoringPolicyVersion(ScoringPolicy, PolicyStamp):
    """A version of the scoring policy."""
