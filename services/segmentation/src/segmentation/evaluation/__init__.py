"""The one evaluator of rules: SQL over the folded facts, for changed customers and for the whole base."""
