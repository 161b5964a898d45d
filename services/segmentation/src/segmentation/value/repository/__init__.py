"""SQL of the boundaries, their schedule, and the amounts that they are computed from."""
