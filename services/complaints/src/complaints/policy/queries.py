"""Queries of the service policy."""

from complaints.domain.service_level import ServicePolicy
from complaints.policy.models import SERVICE_POLICY
from lealtad.db import Connection


async def read_rules(connection: Connection) -> ServicePolicy:
    """Return the policy in force in the form that the domain uses."""
    in_force = await SERVICE_POLICY.in_force(connection)
    return in_force.policy.rules(in_force.version)
