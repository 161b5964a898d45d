"""The scoring policy as a versioned resource, and the releases of policy and model."""
