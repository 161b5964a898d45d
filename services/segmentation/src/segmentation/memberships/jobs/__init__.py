"""Due actions: re-evaluations, and sweeps over the base."""
