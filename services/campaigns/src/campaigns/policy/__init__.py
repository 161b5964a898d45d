"""The contact policy, and the rulebook with the revision of policy and offers together."""
