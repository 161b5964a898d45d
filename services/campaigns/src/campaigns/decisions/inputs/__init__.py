"""The inputs of decisions: the rules in force and the customers."""
