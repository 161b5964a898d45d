"""What managers tune: one document a service, tried out, changed whole under its ETag, every version kept."""

from lealtad.policies.policy import Policy, PolicyVersion
from lealtad.policies.schemas import PolicyStamp, VersionInPath
from lealtad.policies.trial import tried

__all__ = ["Policy", "PolicyStamp", "PolicyVersion", "VersionInPath", "tried"]
