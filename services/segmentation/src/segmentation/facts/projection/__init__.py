"""Events folded into the derived tables."""
