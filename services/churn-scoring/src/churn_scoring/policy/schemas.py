"""The scoring policy as callers see it."""

from churn_scoring.domain.policy import ScoringPolicy
from lealtad.policies import PolicyStamp


class ScoringPolicyOut(ScoringPolicy, PolicyStamp):
    """A version of the scoring policy."""
