"""The one evaluator of rules: a rule becomes SQL over the folded facts, for changed customers and for the whole base."""
