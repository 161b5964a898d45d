"""What managers tune: one document a service, changed whole under its ETag, every version kept."""

from lealtad.policies.policy import Policy, PolicyVersion
from lealtad.policies.schemas import PolicyStamp, VersionInPath

__all__ = ["Policy", "PolicyStamp", "PolicyVersion", "VersionInPath"]
