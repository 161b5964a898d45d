"""The intake policy, kept version by version."""

from customer_profile.metadata import METADATA
from customer_profile.policy.schemas import IntakePolicy, IntakePolicyOut
from lealtad.policies import Policy

INTAKE_POLICY = Policy(METADATA, "intake_policy", IntakePolicy, IntakePolicyOut)
