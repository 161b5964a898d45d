"""The intake policy, kept version by version."""

from customer_profile.metadata import METADATA
from customer_profile.policy.schemas import IntakePolicy, IntakePolicyOut
from customer_profile.policy.trial import try_out
from lealtad.policies import Policy

INTAKE_POLICY = Policy(METADATA, "intake_policy", IntakePolicy, IntakePolicyOut, try_out=try_out)
