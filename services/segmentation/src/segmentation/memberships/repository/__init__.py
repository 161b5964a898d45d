"""SQL of memberships."""
