"""RFM quintiles and value tiers: the policy, and the boundaries computed from the whole base."""
