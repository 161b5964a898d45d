"""RFM quintiles and value tiers: the policy, and boundaries computed from the whole base."""
