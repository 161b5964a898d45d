"""Policies that managers tune: one document per service, tried out, replaced as a whole, every version kept."""

from lealtad.policies.policy import Policy, PolicyVersion
from lealtad.policies.schemas import PolicyStamp, VersionInPath
from lealtad.policies.trial import tried

__all__ = ["Policy", "PolicyStamp", "PolicyVersion", "VersionInPath", "tried"]
