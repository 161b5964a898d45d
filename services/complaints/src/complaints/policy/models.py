"""Table of the service policy, with a row per version."""

from complaints.metadata import METADATA
from complaints.policy.schemas import PolicyDocument, PolicyVersion, try_out
from lealtad.policies import Policy

SERVICE_POLICY = Policy(METADATA, "service_policy", PolicyDocument, PolicyVersion, try_out=try_out)
