"""The customer base: the last evaluation and the announced memberships of each customer, and sweeps over all."""
