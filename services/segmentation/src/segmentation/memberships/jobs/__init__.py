"""Due actions: customers whose windows moved on, and sweeps over the base."""
