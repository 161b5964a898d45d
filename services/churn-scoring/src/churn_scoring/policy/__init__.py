"""The scoring policy as a resource: read, changed whole, versioned."""
