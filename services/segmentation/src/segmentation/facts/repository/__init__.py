"""SQL of the folded facts."""
