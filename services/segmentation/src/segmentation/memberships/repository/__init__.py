"""SQL of announced memberships and of sweeps."""
