"""Request and answer models of the scoring policy."""

from pydantic import ConfigDict
from pydantic.config import JsonDict

from churn_scoring.domain.policy import ScoringPolicy
from lealtad.policies import PolicyStamp

DEFAULTS: JsonDict = ScoringPolicy().model_dump(mode="json")


def _whole(schema: JsonDict) -> None:
    schema["required"] = [*ScoringPolicy.model_fields]
    schema["examples"] = [DEFAULTS]


class NewScoringPolicy(ScoringPolicy):
    """A whole new scoring policy; defaults fill the first version only, so every field is required here."""

    model_config = ConfigDict(json_schema_extra=_whole)


class ScoringPolicyVersion(ScoringPolicy, PolicyStamp):
    """A version of the scoring policy."""

    model_config = ConfigDict(json_schema_extra={"examples": [DEFAULTS]})
