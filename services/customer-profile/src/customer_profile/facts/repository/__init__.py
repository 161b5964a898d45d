"""SQL of facts."""
