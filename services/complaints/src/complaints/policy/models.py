"""The service policy: what it says, kept version by version."""

from complaints.domain.service_level import ServicePolicy
from complaints.metadata import METADATA
from complaints.policy.schemas import PolicyDocument, PolicyOut
from complaints.policy.trial import try_out
from lealtad.db import Connection
from lealtad.policies import Policy

SERVICE_POLICY = Policy(METADATA, "service_policy", PolicyDocument, PolicyOut, try_out=try_out)


async def rules_in_force(connection: Connection) -> ServicePolicy:
    """Answer the policy in force as the domain reads it."""
    found = await SERVICE_POLICY.in_force(connection)
    return found.policy.rules(found.version)
